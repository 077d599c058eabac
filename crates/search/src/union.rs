//! The texts of the operands of a union, and what is said by one of them. R4 defines many parameters as unions or
//! parts of others; whoever sees that need not index the same values twice.

use fhir::ResourceType;

/// The operands of a union at the outermost level, without parentheses around them.
pub(crate) fn operands(expression: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for operand in split(expression) {
        match inside(operand) {
            Some(inner) => found.extend(operands(inner)),
            None => found.push(operand),
        }
    }
    found
}

fn split(expression: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth, mut quoted) = (Vec::new(), 0, 0_usize, false);
    let mut escaped = false;
    for (at, byte) in expression.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'\'' => quoted = !quoted,
            _ if quoted => {}
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            b'|' if depth == 0 => {
                parts.push(expression[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(expression[start..].trim());
    parts
}

/// What stands in the parentheses that are around all of the text.
fn inside(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('(')?.strip_suffix(')')?;
    let mut depth = 0_i32;
    for byte in inner.bytes() {
        match byte {
            b'\'' => return None,
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return None;
        }
    }
    Some(inner)
}

/// `X` and `T` of `X.where(resolve() is T)`.
pub(crate) fn narrowed_to(operand: &str) -> Option<(&str, ResourceType)> {
    let (path, condition) = operand.strip_suffix(')')?.split_once(".where(resolve() is ")?;
    Some((path, ResourceType::from_name(condition.trim())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operands_are_found_at_the_outermost_level() {
        assert_eq!(operands("A.b"), ["A.b"]);
        assert_eq!(
            operands("A.b | (A.c as D) | A.e.where(f = '|').g"),
            ["A.b", "A.c as D", "A.e.where(f = '|').g"]
        );
        assert_eq!(operands("(A.b | A.c) | (A.d).e"), ["A.b", "A.c", "(A.d).e"]);
        assert_eq!(operands("(A.b) | (A.c)"), ["A.b", "A.c"]);
        assert_eq!(operands("A.where(b = 'it\\'s | x')"), ["A.where(b = 'it\\'s | x')"]);
        assert_eq!(operands("(((A"), ["(((A"]);
    }

    #[test]
    fn a_type_that_narrows_is_seen() {
        let narrowed = narrowed_to("Observation.subject.where(resolve() is Patient)");
        assert_eq!(narrowed, Some(("Observation.subject", ResourceType::PATIENT)));
        assert_eq!(narrowed_to("Observation.subject"), None);
    }
}
