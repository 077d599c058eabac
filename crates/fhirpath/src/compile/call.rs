//! Functions and their arguments.

use super::{Compiled, Compiler, once, typed};
use crate::ast::{Ast, AstKind, Literal, Specifier};
use crate::error::CompileError;
use crate::functions::{self, Function, Parameter, Yields};
use crate::item_type::{ItemType, SystemType};
use crate::limits;
use crate::node::Node;
use crate::pattern::Pattern;
use crate::shape::Shape;
use fhir::definitions::TypeId;
use fhir::outcome::{did_you_mean, quoted};

/// How often the types of what `repeat()` yields are looked for before they count as unknown.
const REPEATS: usize = 4;

impl Compiler {
    pub(super) fn call(
        &mut self,
        ast: &Ast,
        base: Option<&Ast>,
        name: &str,
        arguments: &[Ast],
        focus: &Shape,
    ) -> Compiled {
        let (base, shape) = match base {
            Some(base) => self.compile(base, focus)?,
            None => (Node::Focus, focus.clone()),
        };
        if matches!(name, "is" | "as" | "ofType") {
            return typed(name, (base, shape), &type_argument(ast, name, arguments)?);
        }
        let function = functions::find(name).ok_or_else(|| unknown_function(name, ast.column))?;
        let most = function.parameters.len();
        if !(function.least..=most).contains(&arguments.len()) {
            return Err(wrong_count(ast.column, name, function.least, most, arguments.len()));
        }
        let input = match function.yields {
            Yields::Closure => self.closure(arguments, &shape)?,
            _ => shape,
        };
        let mut compiled = Vec::with_capacity(arguments.len());
        for (argument, parameter) in arguments.iter().zip(function.parameters) {
            compiled.push(self.argument(argument, *parameter, &input, focus)?);
        }
        let (arguments, shapes): (Vec<Node>, Vec<Shape>) = compiled.into_iter().unzip();
        let yields = self.yielded(function, &input, &shapes);
        Ok((Node::Call { base: Box::new(base), function, arguments }, yields))
    }

    fn argument(&mut self, argument: &Ast, parameter: Parameter, input: &Shape, focus: &Shape) -> Compiled {
        match (parameter, &argument.kind) {
            (Parameter::Criteria, _) => {
                let (mut node, shape) = self.compile(argument, input)?;
                once::extract(&mut node, &mut self.parts);
                Ok((node, shape))
            }
            (Parameter::Branch, _) => self.compile(argument, input),
            (Parameter::Pattern, AstKind::Literal(Literal::String(text))) => {
                self.patterns += 1;
                if self.patterns > limits::PATTERNS {
                    let problem = format!("there are more than {} regular expressions", limits::PATTERNS);
                    return Err(CompileError::new(argument.column, problem));
                }
                let pattern = Pattern::compile(text).map_err(|problem| {
                    let problem = format!("{} is not a regular expression: {problem}", quoted(text));
                    CompileError::new(argument.column, problem)
                })?;
                Ok((Node::Pattern(pattern), Shape::of(ItemType::System(SystemType::String))))
            }
            (Parameter::Value | Parameter::Pattern, _) => self.compile(argument, focus),
        }
    }

    /// The types of the input and of all that the argument yields on it, on that, and so on.
    fn closure(&mut self, arguments: &[Ast], input: &Shape) -> Result<Shape, CompileError> {
        let Some(argument) = arguments.first() else { return Ok(input.clone()) };
        // Within another repeat() every level would multiply the work.
        let rounds = if self.repeating { 0 } else { REPEATS };
        let (repeating, patterns) = (std::mem::replace(&mut self.repeating, true), self.patterns);
        let mut all = Ok(input.clone());
        let mut settled = false;
        for _ in 0..rounds {
            let Ok(shape) = &all else { break };
            self.patterns = patterns;
            let next = self.compile(argument, shape).map(|(_, found)| shape.clone().or(found));
            settled = next.as_ref() == Ok(shape);
            if settled {
                break;
            }
            all = next;
        }
        (self.repeating, self.patterns) = (repeating, patterns);
        if settled || all.is_err() { all } else { Ok(Shape::UNKNOWN) }
    }

    fn yielded(&self, function: &Function, input: &Shape, arguments: &[Shape]) -> Shape {
        let argument = |position: usize| arguments.get(position).cloned().unwrap_or(Shape::of_all([]));
        match function.yields {
            Yields::Input => input.clone(),
            Yields::InputAndArgument => input.clone().or(argument(0)),
            Yields::Argument => argument(0),
            Yields::Branches => argument(1).or(argument(2)),
            Yields::Closure => argument(0),
            Yields::System(system) => Shape::of(ItemType::System(system)),
            Yields::Number => Shape::of_all(
                [SystemType::Integer, SystemType::Decimal, SystemType::Quantity].map(ItemType::System),
            ),
            Yields::Anything => Shape::UNKNOWN,
            Yields::Extensions => Shape::of(ItemType::Fhir(TypeId::EXTENSION)),
            Yields::Resolved => Shape { types: None, elsewhere: !self.resolving },
        }
    }
}

fn type_argument(ast: &Ast, name: &str, arguments: &[Ast]) -> Result<Specifier, CompileError> {
    let [argument] = arguments else {
        return Err(wrong_count(ast.column, name, 1, 1, arguments.len()));
    };
    let specifier = argument.kind.as_specifier(argument.column);
    specifier.ok_or_else(|| CompileError::new(argument.column, format!("{name}() takes the name of a type")))
}

fn wrong_count(column: usize, name: &str, least: usize, most: usize, found: usize) -> CompileError {
    let expected = match (least, most) {
        (0, 0) => String::from("no arguments"),
        (1, 1) => String::from("one argument"),
        (0, 1) => String::from("at most one argument"),
        (least, most) if least == most => format!("{least} arguments"),
        _ => format!("{least} to {most} arguments"),
    };
    CompileError::new(column, format!("{name}() takes {expected}, found {found}"))
}

fn unknown_function(name: &str, column: usize) -> CompileError {
    if let Some((_, reason)) = functions::LEFT_OUT.iter().find(|(left_out, _)| *left_out == name) {
        return CompileError::new(column, format!("function {name}() is not supported: {reason}"));
    }
    let names = functions::names().chain(["is", "as", "ofType"]);
    let hint = did_you_mean(name, names).map_or(String::new(), |meant| format!("; did you mean '{meant}'?"));
    CompileError::new(column, format!("there is no function {name}(){hint}"))
}
