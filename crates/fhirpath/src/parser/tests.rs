//! Precedence, nesting and what does not parse.

use super::*;

/// The tree with every operator in parentheses.
fn shown(ast: &Ast) -> String {
    let prefix = |base: &Option<Box<Ast>>| base.as_ref().map_or(String::new(), |base| shown(base) + ".");
    let list = |items: &[Ast], separator: &str| items.iter().map(shown).collect::<Vec<_>>().join(separator);
    match &ast.kind {
        AstKind::Literal(Literal::Boolean(value)) => value.to_string(),
        AstKind::Literal(Literal::String(text)) => format!("'{text}'"),
        AstKind::Literal(Literal::Number(text)) => text.to_string(),
        AstKind::Literal(Literal::DateTime(text)) => format!("@{text}"),
        AstKind::Literal(Literal::Time(text)) => format!("@T{text}"),
        AstKind::Literal(Literal::Quantity { number, unit, .. }) => format!("{number} '{unit}'"),
        AstKind::Empty => String::from("{}"),
        AstKind::External(name) => format!("%{name}"),
        AstKind::Variable(name) => format!("${name}"),
        AstKind::Member { base, name } => prefix(base) + name,
        AstKind::Call { base, name, arguments } => {
            format!("{}{name}({})", prefix(base), list(arguments, ", "))
        }
        AstKind::Index { base, index } => format!("{}[{}]", shown(base), shown(index)),
        AstKind::Polarity { operator, operand } => format!("({operator}{})", shown(operand)),
        AstKind::Type { operator, operand, specifier } => {
            let namespace = specifier.namespace.as_ref().map_or(String::new(), |name| format!("{name}."));
            format!("({} {operator} {namespace}{})", shown(operand), specifier.name)
        }
        AstKind::Union(operands) => format!("({})", list(operands, " | ")),
        AstKind::Binary { operator, left, right } => {
            format!("({} {operator} {})", shown(left), shown(right))
        }
    }
}

fn check(text: &str, expected: &str) {
    match parse(text) {
        Ok(ast) => assert_eq!(shown(&ast), expected, "{text}"),
        Err(error) => panic!("{text}: {error}"),
    }
}

#[test]
fn operators_bind_by_their_precedence() {
    check("a implies b or c and d", "(a implies (b or (c and d)))");
    check("a or b xor c", "((a or b) xor c)");
    check("a = b in c", "((a = b) in c)");
    check("a | b = c | d", "((a | b) = (c | d))");
    check("a > b = c", "((a > b) = c)");
    check("a + b * -c", "(a + (b * (-c)))");
    check("a & b + c is D", "(((a & b) + c) is D)");
    check("a is System.String | b as X", "((a is System.String) | (b as X))");
    check("-a.b", "(-a.b)");
    check("1 - 2 - 3", "((1 - 2) - 3)");
    check("a div b mod c", "((a div b) mod c)");
}

#[test]
fn terms_and_invocations_nest() {
    check("(a as b).c[0].d(e, 'f')", "(a as b).c[0].d(e, 'f')");
    check("a | b | (c | d)", "(a | b | (c | d))");
    check("Patient.`div`.contains.as(in)", "Patient.div.contains.as(in)");
    check("{} | %resource | %'us-zip' | %`x`", "({} | %resource | %us-zip | %x)");
    check("4 days + 5 'mg' + 1.5", "((4 'days' + 5 'mg') + 1.5)");
    check("$this.x.all($index > 1)", "$this.x.all(($index > 1))");
    check("@2015-01 <= @T10:00", "(@2015-01 <= @T10:00)");
}

#[test]
fn what_does_not_parse_is_told_with_its_column() {
    for (text, column, problem) in [
        ("", 1, "expected an operand: a name, a function, a literal or '(', found the end"),
        ("a.", 3, "expected an operand: a name, a function, a literal or '(', found the end"),
        ("a b", 3, "expected the end of the expression or an operator, found 'b'"),
        ("a.b(c", 6, "expected ')', found the end"),
        ("a[1", 4, "expected ']', found the end"),
        ("a and", 6, "expected an operand: a name, a function, a literal or '(', found the end"),
        ("a is 'b'", 6, "expected a type, found a string"),
        ("$that", 1, "expected $this, $index or $total, found '$that'"),
        ("a.$this", 3, "$this cannot follow '.'"),
        ("and.b", 1, "expected an operand: a name, a function, a literal or '(', found 'and'"),
        ("a.b(,)", 5, "expected an operand: a name, a function, a literal or '(', found ','"),
    ] {
        assert_eq!(parse(text), Err(CompileError::new(column, problem)), "{text}");
    }
}

#[test]
fn depth_and_length_are_limited() {
    let nested = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    assert!(parse(&nested(limits::NESTING)).is_ok());
    assert!(parse(&nested(limits::NESTING + 1)).is_err());
    assert!(parse(&format!("a{}", ".b".repeat(limits::NESTING))).is_err());
    assert!(parse(&"-".repeat(4000)).is_err());
    assert!(parse(&vec!["a"; 1000].join(" | ")).is_ok(), "a union is flat");
    assert!(parse(&"a".repeat(limits::EXPRESSION_LENGTH + 1)).is_err());
}
