//! Literals (<http://hl7.org/fhirpath/N1/#literals>).

use super::Compiled;
use crate::ast::Literal;
use crate::error::CompileError;
use crate::item_type::{ItemType, SystemType};
use crate::node::Node;
use crate::number::exact;
use crate::quantity::{CalendarUnit, Quantity, Unit};
use crate::shape::Shape;
use crate::temporal::Temporal;
use rust_decimal::Decimal;

pub(super) fn compile(literal: &Literal, column: usize) -> Compiled {
    let refused = |problem: String| Err(CompileError::new(column, problem));
    let (node, system) = match literal {
        Literal::Boolean(value) => (Node::Boolean(*value), SystemType::Boolean),
        Literal::String(value) => (Node::Text(value.clone(), SystemType::String), SystemType::String),
        Literal::Number(digits) if digits.contains('.') => {
            (Node::Decimal(decimal(digits, column)?), SystemType::Decimal)
        }
        Literal::Number(digits) => match digits.parse() {
            Ok(value) => (Node::Integer(value), SystemType::Integer),
            Err(_) => return refused(String::from("the number is too large")),
        },
        Literal::DateTime(value) => {
            let plain = value.strip_suffix('T').unwrap_or(value);
            let system = if value.contains('T') { SystemType::DateTime } else { SystemType::Date };
            if Temporal::parse(plain, system).is_none() {
                return refused(format!("'@{value}' is not a date or time"));
            }
            (Node::Text(plain.into(), system), system)
        }
        Literal::Time(value) if Temporal::parse(value, SystemType::Time).is_some() => {
            (Node::Text(value.clone(), SystemType::Time), SystemType::Time)
        }
        Literal::Time(value) => {
            return refused(format!("'@T{value}' is not a time (hh, hh:mm or hh:mm:ss)"));
        }
        Literal::Quantity { number, unit, calendar } => {
            let named = CalendarUnit::named(unit).filter(|_| *calendar);
            let unit = named.map_or_else(|| Unit::Ucum(unit.clone()), Unit::Calendar);
            let value = decimal(number, column)?;
            (Node::Quantity(Quantity { value, unit }), SystemType::Quantity)
        }
    };
    Ok((node, Shape::of(ItemType::System(system))))
}

fn decimal(digits: &str, column: usize) -> Result<Decimal, CompileError> {
    exact(digits).ok_or_else(|| CompileError::new(column, "the number has more than 28 digits"))
}
