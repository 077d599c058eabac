//! The grammar of UCUM (<https://ucum.org/ucum#section-Grammar-of-Units-and-Unit-Terms>), case sensitive.
//!
//! Read more leniently than written there in two respects, because the examples of FHIR are: an annotation may follow
//! any component (`/100{WBC}`, `g/(8.h){shift}`), and it may hold any characters but braces and controls.

use crate::exact::Exact;
use crate::measure::Measure;
use crate::unit;

/// The longest expression, in bytes.
const MOST_BYTES: usize = 200;
/// How deep parentheses go.
const MOST_DEPTH: usize = 8;

/// What an expression comes to; none when it is not one.
pub(crate) fn parse(text: &str) -> Option<Measure> {
    if text.len() > MOST_BYTES {
        return None;
    }
    let mut parser = Parser { rest: text, depth: 0 };
    let measure = parser.term()?;
    parser.rest.is_empty().then_some(measure)
}

struct Parser<'t> {
    rest: &'t str,
    depth: usize,
}

impl<'t> Parser<'t> {
    /// Components with `.` and `/` between them; a `/` may stand first.
    fn term(&mut self) -> Option<Measure> {
        let mut product =
            if self.rest.starts_with('/') { Measure::number(Exact::ONE) } else { self.component()? };
        loop {
            if self.eat('.') {
                product = product.times(&self.component()?)?;
            } else if self.eat('/') {
                product = product.times(&self.component()?.power(-1)?)?;
            } else {
                return Some(product);
            }
        }
    }

    fn component(&mut self) -> Option<Measure> {
        let measure = if self.eat('(') {
            self.depth += 1;
            (self.depth <= MOST_DEPTH).then_some(())?;
            let inner = self.term()?;
            self.depth -= 1;
            self.eat(')').then_some(inner)?
        } else if self.rest.starts_with('{') {
            Measure::number(Exact::ONE)
        } else {
            symbol(self.take_symbol())?
        };
        self.annotation()?;
        Some(measure)
    }

    /// An annotation, which changes nothing; none when it does not end.
    fn annotation(&mut self) -> Option<()> {
        if self.eat('{') {
            let (inner, rest) = self.rest.split_once('}')?;
            let fine = !inner.contains(|character: char| character == '{' || character.is_control());
            self.rest = fine.then_some(rest)?;
        }
        Some(())
    }

    fn eat(&mut self, character: char) -> bool {
        let rest = self.rest.strip_prefix(character);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Everything up to the next operator; what stands in brackets belongs to the symbol.
    fn take_symbol(&mut self) -> &'t str {
        let mut inside = false;
        let end = self.rest.find(|character| {
            match character {
                '[' => inside = true,
                ']' => inside = false,
                _ => {}
            }
            !inside && matches!(character, '.' | '/' | '(' | ')' | '{' | '}')
        });
        let (symbol, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        symbol
    }
}

/// An integer, or a unit with its exponent.
fn symbol(text: &str) -> Option<Measure> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        let factor = Exact::integer(text.parse().ok()?)?;
        return (!factor.is_zero()).then(|| Measure::number(factor));
    }
    // `10*` and `10^` are units whose code ends where others begin their exponent.
    if let Some(exponent) = text.strip_prefix("10*").or_else(|| text.strip_prefix("10^")) {
        let exponent = if exponent.is_empty() { 1 } else { read_exponent(exponent)? };
        return Exact::power_of_ten(exponent).map(Measure::number);
    }
    let code = text.trim_end_matches(|character: char| character.is_ascii_digit());
    let code = match text.len() - code.len() {
        0 => code,
        _ => code.strip_suffix(['-', '+']).unwrap_or(code),
    };
    let exponent = text.get(code.len()..).filter(|exponent| !exponent.is_empty());
    unit::find(code)?.power(exponent.map_or(Some(1), read_exponent)?)
}

fn read_exponent(text: &str) -> Option<i32> {
    // At most two digits: no unit is raised to the hundredth power.
    text.parse::<i32>().ok().filter(|exponent| (-99..=99).contains(exponent))
}
