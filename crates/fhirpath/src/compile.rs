//! From what an expression says to what is evaluated: names of types, elements and functions are looked up,
//! and what can't be evaluated is refused.

use crate::ast::{Ast, AstKind, Literal, Specifier};
use crate::equality::time_of_day;
use crate::error::CompileError;
use crate::evaluate::{Logic, Node};
use crate::functions;
use crate::item_type::{ItemType, SystemType};
use crate::path::{Known, Path, Step};
use crate::shape::Shape;
use fhir::datetime::PartialDateTime;
use fhir::outcome::did_you_mean;

/// A compiled part and the types of its items.
type Compiled = Result<(Node, Shape), CompileError>;

const TRUTH: ItemType = ItemType::System(SystemType::Boolean);

/// Compiles an expression that is evaluated on items of the shape `focus`.
pub(crate) fn compile(ast: &Ast, focus: &Shape) -> Compiled {
    match &ast.kind {
        AstKind::Empty => Ok((Node::Empty, Shape::of_all([]))),
        AstKind::Literal(value) => literal(value, ast.column),
        AstKind::External(name) => external(name, ast.column),
        AstKind::Variable(name) => variable(name, focus, ast.column),
        AstKind::Member { base: None, name } => start(name, focus, ast.column),
        AstKind::Member { base: Some(base), name } => member(compile(base, focus)?, name, ast.column),
        AstKind::Call { base, name, arguments } => call(ast, base.as_deref(), name, arguments, focus),
        AstKind::Index { base, index } => {
            let (base, shape) = compile(base, focus)?;
            let (index, _) = compile(index, focus)?;
            Ok((Node::Indexer { base: Box::new(base), index: Box::new(index) }, shape))
        }
        AstKind::Type { operator, operand, specifier } => {
            let operand = compile(operand, focus)?;
            let wanted = named_type(specifier)?;
            Ok(if *operator == "is" { is(operand, wanted) } else { only(operand, wanted) })
        }
        AstKind::Union(operands) => union(operands, focus),
        AstKind::Binary { operator, left, right } => binary(ast, operator, left, right, focus),
        AstKind::Polarity { operator, .. } => not_yet("operator", operator, ast.column),
    }
}

fn not_yet<T>(what: &str, name: &str, column: usize) -> Result<T, CompileError> {
    Err(CompileError::new(column, format!("{what} '{name}' is not supported yet")))
}

fn literal(literal: &Literal, column: usize) -> Compiled {
    let text = |text: &str, system| (Node::Text(text.into(), system), system);
    let (node, system) = match literal {
        Literal::Boolean(value) => (Node::Boolean(*value), SystemType::Boolean),
        Literal::String(value) => text(value, SystemType::String),
        Literal::Number(digits) if digits.contains('.') => text(digits, SystemType::Decimal),
        Literal::Number(digits) => match digits.parse() {
            Ok(value) => (Node::Integer(value), SystemType::Integer),
            Err(_) => return Err(CompileError::new(column, "the number is too large")),
        },
        Literal::DateTime(value) => {
            let plain = value.strip_suffix('T').unwrap_or(value);
            if PartialDateTime::parse(plain).is_none() {
                return Err(CompileError::new(column, format!("'@{value}' is not a date or time")));
            }
            text(plain, if value.contains('T') { SystemType::DateTime } else { SystemType::Date })
        }
        Literal::Time(value) if time_of_day(value).is_some() => text(value, SystemType::Time),
        Literal::Time(value) => {
            return Err(CompileError::new(column, format!("'@T{value}' is not a time (hh:mm or hh:mm:ss)")));
        }
        Literal::Quantity { number, unit } => return not_yet("literal", &format!("{number} {unit}"), column),
    };
    Ok((node, Shape::of(ItemType::System(system))))
}

fn external(name: &str, column: usize) -> Compiled {
    match name {
        "resource" => Ok((Node::Resource, Shape::UNKNOWN)),
        _ => not_yet("constant", &format!("%{name}"), column),
    }
}

fn variable(name: &str, focus: &Shape, column: usize) -> Compiled {
    match name {
        "this" => Ok((Node::Focus, focus.clone())),
        "index" => Ok((Node::Index, Shape::of(ItemType::System(SystemType::Integer)))),
        _ => not_yet("variable", &format!("${name}"), column),
    }
}

/// A name at the start of a path: a type that the item in focus must have, or one of its elements.
fn start(name: &str, focus: &Shape, column: usize) -> Compiled {
    // Types of resources begin with a capital, elements never do.
    if !name.starts_with(|first: char| first.is_ascii_uppercase()) {
        return member((Node::Focus, focus.clone()), name, column);
    }
    match ItemType::named(None, name) {
        Some(root @ ItemType::Fhir(_)) => {
            let path = Path { root: Some(root), steps: Vec::new() };
            Ok((Node::FocusPath(path), focus.only(root)))
        }
        _ => Err(unknown_type(name, column)),
    }
}

fn unknown_type(name: &str, column: usize) -> CompileError {
    let names = fhir::definitions::types().iter().map(|definition| definition.name);
    let hint = did_you_mean(name, names).map_or(String::new(), |meant| format!("; did you mean '{meant}'?"));
    CompileError::new(column, format!("'{name}' is not a type of FHIR R4{hint}"))
}

fn named_type(specifier: &Specifier) -> Result<ItemType, CompileError> {
    ItemType::named(specifier.namespace.as_deref(), &specifier.name)
        .ok_or_else(|| unknown_type(&specifier.name, specifier.column))
}

/// `base.name`: one more step of the path that `base` ends with, or the first of a new one.
fn member((base, shape): (Node, Shape), name: &str, column: usize) -> Compiled {
    if shape.elsewhere {
        let problem = format!("'{name}' cannot follow resolve(): only the type of what it finds is known");
        return Err(CompileError::new(column, problem));
    }
    let (known, next) = look_up(&shape, name, column)?;
    let step = Step { name: name.into(), known, only: None };
    let node = match base {
        Node::FocusPath(mut path) => {
            path.steps.push(step);
            Node::FocusPath(path)
        }
        Node::Path { base, mut path } => {
            path.steps.push(step);
            Node::Path { base, path }
        }
        Node::Focus => Node::FocusPath(Path { root: None, steps: vec![step] }),
        base => Node::Path { base: Box::new(base), path: Path { root: None, steps: vec![step] } },
    };
    Ok((node, next))
}

/// What a name means on items of a shape. A name that none of their types has is an error, unless one of the
/// types is abstract: the items may then have more than it says.
fn look_up(shape: &Shape, name: &str, column: usize) -> Result<(Option<Known>, Shape), CompileError> {
    let Some(types) = &shape.types else { return Ok((None, Shape::UNKNOWN)) };
    let (mut found, mut open) = (Vec::new(), false);
    for item_type in types {
        let ItemType::Fhir(type_id) = item_type else { continue };
        match Known::find(type_id.definition(), name) {
            Some(known) => found.push(known),
            None if name == "value" && SystemType::of_primitive(*type_id).is_some() => open = true,
            None => {}
        }
        open |= type_id.definition().is_abstract;
    }
    if found.is_empty() && !open && !types.is_empty() {
        return Err(unknown_element(types, name, column));
    }
    let members = found.iter().flat_map(|known| &known.members);
    let next = match open && found.is_empty() {
        true => Shape::UNKNOWN,
        false => Shape::of_all(members.map(|member| ItemType::Fhir(member.type_id))),
    };
    let known = if types.len() == 1 { found.pop() } else { None };
    Ok((known, next))
}

fn unknown_element(types: &[ItemType], name: &str, column: usize) -> CompileError {
    let elements =
        types.iter().filter_map(|found| found.fhir()).flat_map(|id| id.definition().elements.iter());
    let hint = did_you_mean(name, elements.map(|element| element.name()));
    let hint = hint.map_or(String::new(), |meant| format!("; did you mean '{meant}'?"));
    let problem = match types {
        [one] => format!("{one} has no element '{name}'{hint}"),
        _ => format!("none of the types that can stand here has an element '{name}'{hint}"),
    };
    CompileError::new(column, problem)
}

fn call(ast: &Ast, base: Option<&Ast>, name: &str, arguments: &[Ast], focus: &Shape) -> Compiled {
    let base = match base {
        Some(base) => compile(base, focus)?,
        None => (Node::Focus, focus.clone()),
    };
    if matches!(name, "is" | "as" | "ofType") {
        let wanted = type_argument(ast, name, arguments)?;
        return Ok(if name == "is" { is(base, wanted) } else { only(base, wanted) });
    }
    let function = functions::find(name).ok_or_else(|| unknown_function(name, ast.column))?;
    let most = function.parameters.len();
    if !(function.least..=most).contains(&arguments.len()) {
        return Err(wrong_count(ast.column, name, function.least, most, arguments.len()));
    }
    let (base, shape) = base;
    let mut compiled = Vec::with_capacity(arguments.len());
    for (argument, parameter) in arguments.iter().zip(function.parameters) {
        let focus = if *parameter == functions::Parameter::Criteria { &shape } else { focus };
        compiled.push(compile(argument, focus)?.0);
    }
    let yields = function.yields.shape(&shape);
    Ok((Node::Call { base: Box::new(base), function, arguments: compiled }, yields))
}

fn type_argument(ast: &Ast, name: &str, arguments: &[Ast]) -> Result<ItemType, CompileError> {
    let [argument] = arguments else {
        return Err(wrong_count(ast.column, name, 1, 1, arguments.len()));
    };
    match argument.kind.as_specifier(argument.column) {
        Some(specifier) => named_type(&specifier),
        None => Err(CompileError::new(argument.column, format!("{name}() takes the name of a type"))),
    }
}

fn wrong_count(column: usize, name: &str, least: usize, most: usize, found: usize) -> CompileError {
    let expected = match (least, most) {
        (0, 0) => String::from("no arguments"),
        (1, 1) => String::from("one argument"),
        (0, 1) => String::from("at most one argument"),
        _ => format!("{least} to {most} arguments"),
    };
    CompileError::new(column, format!("{name}() takes {expected}, found {found}"))
}

fn unknown_function(name: &str, column: usize) -> CompileError {
    if functions::NOT_YET.contains(&name) {
        return CompileError::new(column, format!("function {name}() is not supported yet"));
    }
    let names = functions::names().chain(["is", "as", "ofType"]);
    let hint = did_you_mean(name, names).map_or(String::new(), |meant| format!("; did you mean '{meant}'?"));
    CompileError::new(column, format!("there is no function {name}(){hint}"))
}

fn is((operand, _): (Node, Shape), wanted: ItemType) -> (Node, Shape) {
    (Node::Is { operand: Box::new(operand), wanted }, Shape::of(TRUTH))
}

/// The operand's items of a type. At the end of a path whose choice is known, the other choices are not even
/// looked for.
fn only((mut operand, shape): (Node, Shape), wanted: ItemType) -> (Node, Shape) {
    let narrowed = shape.only(wanted);
    if let Node::FocusPath(path) | Node::Path { path, .. } = &mut operand
        && let Some(Step { known: Some(known), only, .. }) = path.steps.last_mut()
        && known.members.iter().all(|member| !member.type_id.definition().is_abstract)
    {
        known.members.retain(|member| ItemType::Fhir(member.type_id).is_a(wanted));
        *only = Some(wanted);
        return (operand, narrowed);
    }
    (Node::As { operand: Box::new(operand), wanted }, narrowed)
}

fn union(operands: &[Ast], focus: &Shape) -> Compiled {
    let operands = operands.iter().map(|operand| compile(operand, focus)).collect::<Result<Vec<_>, _>>()?;
    let shape = operands.iter().map(|(_, shape)| shape.clone()).reduce(Shape::or).unwrap_or_default();
    Ok((Node::Union(operands), shape))
}

fn binary(ast: &Ast, operator: &str, left: &Ast, right: &Ast, focus: &Shape) -> Compiled {
    let logic = match operator {
        "and" => Logic::And,
        "or" => Logic::Or,
        "xor" => Logic::Xor,
        "implies" => Logic::Implies,
        "=" | "!=" => {
            let (left, right) = (Box::new(compile(left, focus)?.0), Box::new(compile(right, focus)?.0));
            return Ok((Node::Equal { left, right, negated: operator == "!=" }, Shape::of(TRUTH)));
        }
        _ => return not_yet("operator", operator, ast.column),
    };
    let (left, right) = (Box::new(compile(left, focus)?.0), Box::new(compile(right, focus)?.0));
    Ok((Node::Logic { operator: logic, left, right }, Shape::of(TRUTH)))
}
