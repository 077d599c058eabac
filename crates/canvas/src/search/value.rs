//! The values of a parameter: alternatives are separated by commas, a `\` takes the meaning of a comma away
//! (<http://hl7.org/fhir/R4/search.html#escaping>).

/// The alternatives of a value; they still have their escapes.
pub fn alternatives(value: &str) -> Vec<&str> {
    let (mut parts, mut start, mut escaped) = (Vec::new(), 0, false);
    for (index, byte) in value.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b',' => {
                parts.push(&value[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(&value[start..]);
    parts
}

/// A value without its escapes. A `\` before anything else than `,`, `|`, `$` and itself stands for itself.
pub fn unescaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut characters = value.chars().peekable();
    while let Some(character) = characters.next() {
        let next = characters.peek().copied();
        if character == '\\' && matches!(next, Some(',' | '|' | '$' | '\\')) {
            text.extend(characters.next());
        } else {
            text.push(character);
        }
    }
    text
}

/// A text as a value that means nothing but itself.
pub fn escaped(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, ',' | '|' | '$' | '\\') {
            value.push('\\');
        }
        value.push(character);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_separate_alternatives_unless_they_are_escaped() {
        assert_eq!(alternatives(r"a,b\,c,"), ["a", r"b\,c", ""]);
        assert_eq!(unescaped(r"b\,c\d"), r"b,c\d");
        assert_eq!(unescaped(&escaped(r"a|b,c\d$")), r"a|b,c\d$");
    }
}
