//! From text to tokens (<http://hl7.org/fhirpath/N1/#lexical-elements>).

use crate::error::CompileError;
use crate::limits;

/// One token and where it starts, in characters from 1.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) column: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TokenKind {
    /// A plain identifier or keyword; the parser tells them apart.
    Word(Box<str>),
    /// An identifier in backticks, which is never a keyword.
    Delimited(Box<str>),
    /// A string in single quotes, unescaped.
    String(Box<str>),
    /// Digits, perhaps with a point.
    Number(Box<str>),
    /// What follows `@`: a date or a date and time (with its `T`).
    DateTime(Box<str>),
    /// What follows `@T`.
    Time(Box<str>),
    /// `$this`, `$index`, `$total`, without the dollar.
    Variable(Box<str>),
    /// An operator or a bracket.
    Symbol(&'static str),
    /// The end of the text.
    End,
}

/// Two characters before one: the longest match wins.
const SYMBOLS: &[&str] = &[
    "<=", ">=", "!=", "!~", ".", ",", "(", ")", "[", "]", "{", "}", "+", "-", "*", "/", "&", "|", "=", "~",
    "<", ">", "%",
];

/// All tokens of the text, the last one [`TokenKind::End`].
pub(crate) fn tokens(text: &str) -> Result<Vec<Token>, CompileError> {
    if text.len() > limits::EXPRESSION_LENGTH {
        let problem = format!("the expression is longer than {} bytes", limits::EXPRESSION_LENGTH);
        return Err(CompileError::new(1, problem));
    }
    let mut lexer = Lexer { rest: text, column: 1 };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_blanks()?;
        let column = lexer.column;
        let kind = lexer.token()?;
        let end = kind == TokenKind::End;
        tokens.push(Token { kind, column });
        if end {
            return Ok(tokens);
        }
    }
}

struct Lexer<'a> {
    rest: &'a str,
    column: usize,
}

impl<'a> Lexer<'a> {
    fn error<T>(&self, problem: impl Into<String>) -> Result<T, CompileError> {
        Err(CompileError::new(self.column, problem))
    }

    /// Takes the first `bytes` of the rest; they end at a character's boundary.
    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.column += taken.chars().count();
        self.rest = rest;
        taken
    }

    fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let length = self.rest.find(|character| !belongs(character)).unwrap_or(self.rest.len());
        self.take(length)
    }

    fn skip_blanks(&mut self) -> Result<(), CompileError> {
        loop {
            self.take_while(char::is_whitespace);
            if self.rest.starts_with("//") {
                self.take_while(|character| character != '\n');
            } else if self.rest.starts_with("/*") {
                match self.rest[2..].find("*/") {
                    Some(length) => self.take(length + 4),
                    None => return self.error("the comment has no end"),
                };
            } else {
                return Ok(());
            }
        }
    }

    fn token(&mut self) -> Result<TokenKind, CompileError> {
        let Some(first) = self.rest.chars().next() else { return Ok(TokenKind::End) };
        match first {
            'A'..='Z' | 'a'..='z' | '_' => Ok(TokenKind::Word(self.word().into())),
            '0'..='9' => Ok(TokenKind::Number(self.number().into())),
            '\'' => self.quoted('\'', "string").map(TokenKind::String),
            '`' => self.quoted('`', "identifier").map(TokenKind::Delimited),
            '@' => self.date_or_time(),
            '$' => {
                self.take(1);
                Ok(TokenKind::Variable(self.word().into()))
            }
            _ => match SYMBOLS.iter().find(|symbol| self.rest.starts_with(**symbol)) {
                Some(symbol) => {
                    self.take(symbol.len());
                    Ok(TokenKind::Symbol(symbol))
                }
                None => self.error(format!("unexpected character '{}'", first.escape_debug())),
            },
        }
    }

    fn word(&mut self) -> &'a str {
        self.take_while(|character| character.is_ascii_alphanumeric() || character == '_')
    }

    fn number(&mut self) -> &'a str {
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let whole = digits(self.rest);
        // A point belongs to the number only when a digit follows: `1.toString()` is an invocation.
        let fraction = self.rest[whole..].strip_prefix('.').map_or(0, digits);
        self.take(if fraction > 0 { whole + 1 + fraction } else { whole })
    }

    fn date_or_time(&mut self) -> Result<TokenKind, CompileError> {
        self.take(1);
        let is_time = self.rest.starts_with('T');
        if is_time {
            self.take(1);
        }
        let length = temporal_length(self.rest);
        let text = self.take(length);
        match (is_time, text) {
            (_, "") => self.error("a date or time must follow '@'"),
            (true, text) => Ok(TokenKind::Time(text.into())),
            (false, text) => Ok(TokenKind::DateTime(text.into())),
        }
    }

    fn quoted(&mut self, quote: char, what: &str) -> Result<Box<str>, CompileError> {
        let start = self.column;
        self.take(1);
        let mut text = String::new();
        loop {
            text.push_str(self.take_while(|character| character != quote && character != '\\'));
            match self.rest.chars().next() {
                None => return Err(CompileError::new(start, format!("the {what} has no end"))),
                Some('\\') => text.push(self.escaped()?),
                Some(_) => {
                    self.take(1);
                    return Ok(text.into());
                }
            }
        }
    }

    fn escaped(&mut self) -> Result<char, CompileError> {
        let character = match self.rest[1..].chars().next() {
            Some(character @ ('\'' | '"' | '`' | '\\' | '/')) => character,
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => return self.escaped_code(),
            _ => {
                return self.error("unknown escape; known are \\' \\\" \\` \\\\ \\/ \\f \\n \\r \\t \\uXXXX");
            }
        };
        self.take(2);
        Ok(character)
    }

    fn escaped_code(&mut self) -> Result<char, CompileError> {
        let code = |text: &str| {
            let digits =
                text.get(..4).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
            u32::from_str_radix(digits, 16).ok()
        };
        let Some(first) = code(&self.rest[2..]) else {
            return self.error("\\u needs four hexadecimal digits");
        };
        // A character beyond the basic plane is written as a surrogate pair, as in JSON.
        let second = self.rest[6..].strip_prefix("\\u").and_then(code);
        let paired = match (first, second) {
            (0xD800..0xDC00, Some(low @ 0xDC00..0xE000)) => {
                char::from_u32(0x10000 + ((first - 0xD800) << 10) + (low - 0xDC00))
            }
            _ => None,
        };
        match (paired, char::from_u32(first)) {
            (Some(character), _) => {
                self.take(12);
                Ok(character)
            }
            (None, Some(character)) => {
                self.take(6);
                Ok(character)
            }
            (None, None) => self.error("\\u names half of a surrogate pair"),
        }
    }
}

/// The length of the longest start of `text` that looks like a date or time. What it says is checked later.
fn temporal_length(text: &str) -> usize {
    let mut length = 0;
    let mut after_sign = false;
    for (index, byte) in text.bytes().enumerate() {
        let digit_follows = text.as_bytes().get(index + 1).is_some_and(u8::is_ascii_digit);
        match byte {
            b'0'..=b'9' => {}
            b'-' | b':' | b'.' if digit_follows => {}
            b'+' if digit_follows && !after_sign && text[..index].contains([':', 'T']) => after_sign = true,
            b'T' if !text[..index].contains('T') => {}
            b'Z' => return index + 1,
            _ => break,
        }
        length = index + 1;
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let shown = |token: Token| match token.kind {
            TokenKind::Word(text) => text.to_string(),
            TokenKind::Delimited(text) => format!("`{text}`"),
            TokenKind::String(text) => format!("'{text}'"),
            TokenKind::Number(text) => format!("#{text}"),
            TokenKind::DateTime(text) => format!("@{text}"),
            TokenKind::Time(text) => format!("@T{text}"),
            TokenKind::Variable(text) => format!("${text}"),
            TokenKind::Symbol(text) => text.to_owned(),
            TokenKind::End => String::from("end"),
        };
        tokens(text).unwrap().into_iter().map(shown).collect()
    }

    #[test]
    fn tokens_are_told_apart() {
        assert_eq!(words("a.`div`[1.5]"), ["a", ".", "`div`", "[", "#1.5", "]", "end"]);
        assert_eq!(words("1.x != $this"), ["#1", ".", "x", "!=", "$this", "end"]);
        assert_eq!(words("a // b\n + /* c */ 'd\\'\\u0041'"), ["a", "+", "'d'A'", "end"]);
        assert_eq!(words("'\\uD83D\\uDE00'"), ["'😀'", "end"]);
        assert_eq!(
            words("@2015-02-04T14:34:28.1+09:00 @2015 @T14:34"),
            ["@2015-02-04T14:34:28.1+09:00", "@2015", "@T14:34", "end"]
        );
        assert_eq!(words("@2015-01T.day()"), ["@2015-01T", ".", "day", "(", ")", "end"]);
        assert_eq!(words("@2015.year()"), ["@2015", ".", "year", "(", ")", "end"]);
    }

    #[test]
    fn a_broken_token_is_told_with_its_column() {
        for (text, column, problem) in [
            ("a.'b", 3, "the string has no end"),
            ("a ^ b", 3, "unexpected character '^'"),
            ("'\\x'", 2, "unknown escape; known are \\' \\\" \\` \\\\ \\/ \\f \\n \\r \\t \\uXXXX"),
            ("'\\u+123'", 2, "\\u needs four hexadecimal digits"),
            ("'\\uD800'", 2, "\\u names half of a surrogate pair"),
            ("a /* b", 3, "the comment has no end"),
            ("@x", 2, "a date or time must follow '@'"),
        ] {
            assert_eq!(tokens(text), Err(CompileError::new(column, problem)), "{text}");
        }
    }
}
