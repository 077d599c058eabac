//! From tokens to a tree, by precedence climbing (<http://hl7.org/fhirpath/N1/#precedence>).

#[cfg(test)]
mod tests;

use crate::ast::{Ast, AstKind, Literal, Specifier};
use crate::error::CompileError;
use crate::lexer::{Token, TokenKind, tokens};
use crate::limits;
use crate::quantity::CalendarUnit;

/// Operators of two sides by precedence, the loosest first. `is` and `as` take a type on their right.
const OPERATORS: &[&[&str]] = &[
    &["implies"],
    &["or", "xor"],
    &["and"],
    &["in", "contains"],
    &["=", "~", "!=", "!~"],
    &["<=", "<", ">", ">="],
    &["|"],
    &["is", "as"],
    &["+", "-", "&"],
    &["*", "/", "div", "mod"],
];

/// Operators that are words, which no plain identifier may be where an operand is expected. `as`, `is`, `in` and
/// `contains` may: the grammar says so.
const RESERVED: &[&str] = &["and", "div", "implies", "mod", "or", "xor", "true", "false"];

/// Parses a whole expression.
pub(crate) fn parse(text: &str) -> Result<Ast, CompileError> {
    let mut parser = Parser { tokens: tokens(text)?, position: 0, open: 0 };
    let ast = parser.expression()?;
    match parser.kind() {
        TokenKind::End => Ok(ast),
        _ => parser.unexpected("the end of the expression or an operator"),
    }
}

struct Parser {
    tokens: Vec<Token>,
    position: usize,
    /// How many expressions are being parsed, one within the other.
    open: usize,
}

impl Parser {
    fn token(&self) -> &Token {
        // The last token is the end, and nothing moves past it.
        &self.tokens[self.position]
    }

    fn kind(&self) -> &TokenKind {
        &self.token().kind
    }

    fn column(&self) -> usize {
        self.token().column
    }

    fn next(&mut self) -> Token {
        let token = self.token().clone();
        if token.kind != TokenKind::End {
            self.position += 1;
        }
        token
    }

    fn is(&self, symbol: &str) -> bool {
        matches!(self.kind(), TokenKind::Symbol(found) if *found == symbol)
    }

    fn take(&mut self, symbol: &str) -> bool {
        let found = self.is(symbol);
        self.position += usize::from(found);
        found
    }

    fn expect(&mut self, symbol: &str) -> Result<(), CompileError> {
        if self.take(symbol) { Ok(()) } else { self.unexpected(&format!("'{symbol}'")) }
    }

    fn unexpected<T>(&self, expected: &str) -> Result<T, CompileError> {
        let found = match self.kind() {
            TokenKind::Word(text) | TokenKind::Delimited(text) | TokenKind::Number(text) => {
                format!("'{text}'")
            }
            TokenKind::String(_) => String::from("a string"),
            TokenKind::DateTime(_) | TokenKind::Time(_) => String::from("a date or time"),
            TokenKind::Variable(name) => format!("'${name}'"),
            TokenKind::Symbol(symbol) => format!("'{symbol}'"),
            TokenKind::End => String::from("the end"),
        };
        Err(CompileError::new(self.column(), format!("expected {expected}, found {found}")))
    }

    fn node(&self, column: usize, kind: AstKind) -> Result<Ast, CompileError> {
        let mut ast = Ast { kind, column, depth: 0 };
        ast.depth = 1 + ast.children().iter().map(|child| child.depth).max().unwrap_or(0);
        if ast.depth > limits::NESTING { self.too_deep(column) } else { Ok(ast) }
    }

    fn too_deep<T>(&self, column: usize) -> Result<T, CompileError> {
        let problem = format!("the expression nests deeper than {} levels", limits::NESTING);
        Err(CompileError::new(column, problem))
    }

    fn expression(&mut self) -> Result<Ast, CompileError> {
        self.binary(0)
    }

    /// The operator of that level that comes next.
    fn operator(&self, level: usize) -> Option<&'static str> {
        let found: &str = match self.kind() {
            TokenKind::Symbol(symbol) => symbol,
            TokenKind::Word(word) => word,
            _ => return None,
        };
        OPERATORS[level].iter().copied().find(|operator| *operator == found)
    }

    /// The level of the operator that comes next, if it binds at least as tightly as `loosest`.
    fn level(&self, loosest: usize) -> Option<usize> {
        (loosest..OPERATORS.len()).find(|level| self.operator(*level).is_some())
    }

    fn binary(&mut self, loosest: usize) -> Result<Ast, CompileError> {
        let mut left = self.unary()?;
        while let Some(level) = self.level(loosest) {
            let Some(operator) = self.operator(level) else { break };
            let column = self.next().column;
            let kind = match operator {
                "is" | "as" => {
                    let specifier = self.specifier()?;
                    AstKind::Type { operator, operand: Box::new(left), specifier }
                }
                "|" => {
                    let right = self.binary(level + 1)?;
                    union(left, right)
                }
                _ => {
                    let right = Box::new(self.binary(level + 1)?);
                    AstKind::Binary { operator, left: Box::new(left), right }
                }
            };
            left = self.node(column, kind)?;
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Ast, CompileError> {
        let operator = match self.kind() {
            TokenKind::Symbol(symbol @ ("+" | "-")) => *symbol,
            _ => return self.invocations(),
        };
        let column = self.next().column;
        self.open += 1;
        if self.open > limits::NESTING {
            return self.too_deep(column);
        }
        let operand = Box::new(self.unary()?);
        self.open -= 1;
        self.node(column, AstKind::Polarity { operator, operand })
    }

    /// A term with what is appended to it: `.name`, `.name(…)`, `[…]`.
    fn invocations(&mut self) -> Result<Ast, CompileError> {
        let mut base = self.term()?;
        loop {
            let column = self.column();
            if self.take(".") {
                base = self.invocation(Some(Box::new(base)))?;
            } else if self.take("[") {
                let index = Box::new(self.nested()?);
                self.expect("]")?;
                base = self.node(column, AstKind::Index { base: Box::new(base), index })?;
            } else {
                return Ok(base);
            }
        }
    }

    /// A whole expression inside of another one.
    fn nested(&mut self) -> Result<Ast, CompileError> {
        self.open += 1;
        if self.open > limits::NESTING {
            return self.too_deep(self.column());
        }
        let ast = self.expression()?;
        self.open -= 1;
        Ok(ast)
    }

    fn term(&mut self) -> Result<Ast, CompileError> {
        let column = self.column();
        let kind = match self.kind().clone() {
            TokenKind::Symbol("(") => {
                self.next();
                let ast = self.nested()?;
                self.expect(")")?;
                return Ok(ast);
            }
            TokenKind::Symbol("{") => {
                self.next();
                self.expect("}")?;
                AstKind::Empty
            }
            TokenKind::Symbol("%") => {
                self.next();
                AstKind::External(self.external()?)
            }
            TokenKind::Variable(name) => {
                if !matches!(&*name, "this" | "index" | "total") {
                    return self.unexpected("$this, $index or $total");
                }
                self.next();
                AstKind::Variable(name)
            }
            TokenKind::Word(word) if matches!(&*word, "true" | "false") => {
                self.next();
                AstKind::Literal(Literal::Boolean(&*word == "true"))
            }
            TokenKind::Number(number) => {
                self.next();
                AstKind::Literal(self.number(number))
            }
            TokenKind::String(text) => {
                self.next();
                AstKind::Literal(Literal::String(text))
            }
            TokenKind::DateTime(text) => {
                self.next();
                AstKind::Literal(Literal::DateTime(text))
            }
            TokenKind::Time(text) => {
                self.next();
                AstKind::Literal(Literal::Time(text))
            }
            _ => return self.invocation(None),
        };
        self.node(column, kind)
    }

    fn external(&mut self) -> Result<Box<str>, CompileError> {
        match self.kind().clone() {
            TokenKind::Word(name) | TokenKind::Delimited(name) | TokenKind::String(name) => {
                self.next();
                Ok(name)
            }
            _ => self.unexpected("the name of a constant after '%'"),
        }
    }

    fn number(&mut self, number: Box<str>) -> Literal {
        let (unit, calendar) = match self.kind() {
            TokenKind::Word(word) if CalendarUnit::named(word).is_some() => (word.clone(), true),
            TokenKind::String(unit) => (unit.clone(), false),
            _ => return Literal::Number(number),
        };
        self.next();
        Literal::Quantity { number, unit, calendar }
    }

    /// A name, or a function with its arguments, applied to `base` or to what is in focus.
    fn invocation(&mut self, base: Option<Box<Ast>>) -> Result<Ast, CompileError> {
        let column = self.column();
        if base.is_some()
            && let TokenKind::Variable(name) = self.kind()
        {
            let problem = format!("${name} cannot follow '.'");
            return Err(CompileError::new(column, problem));
        }
        let name = self.identifier("an operand: a name, a function, a literal or '('")?;
        if !self.take("(") {
            return self.node(column, AstKind::Member { base, name });
        }
        let mut arguments = Vec::new();
        if !self.take(")") {
            loop {
                arguments.push(self.nested()?);
                if !self.take(",") {
                    break;
                }
            }
            self.expect(")")?;
        }
        self.node(column, AstKind::Call { base, name, arguments })
    }

    fn identifier(&mut self, expected: &str) -> Result<Box<str>, CompileError> {
        match self.kind().clone() {
            TokenKind::Word(name) if !RESERVED.contains(&&*name) => {
                self.next();
                Ok(name)
            }
            TokenKind::Delimited(name) => {
                self.next();
                Ok(name)
            }
            _ => self.unexpected(expected),
        }
    }

    fn specifier(&mut self) -> Result<Specifier, CompileError> {
        let column = self.column();
        let first = self.identifier("a type")?;
        if !self.take(".") {
            return Ok(Specifier { namespace: None, name: first, column });
        }
        let name = self.identifier("a type")?;
        Ok(Specifier { namespace: Some(first), name, column })
    }
}

/// One union of all operands: `a | b | c` is as deep as its deepest operand, however many there are.
fn union(left: Ast, right: Ast) -> AstKind {
    match left.kind {
        AstKind::Union(mut operands) => {
            operands.push(right);
            AstKind::Union(operands)
        }
        _ => AstKind::Union(vec![left, right]),
    }
}
