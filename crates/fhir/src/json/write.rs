//! Writing a tree: compact for the wire and the store, indented for people.

use super::{Json, Object};
use std::fmt;

impl Json {
    /// The value as compact JSON.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(1024);
        self.write(&mut out);
        out
    }

    /// Appends the value as compact JSON.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Json::Null => out.extend_from_slice(b"null"),
            Json::Bool(true) => out.extend_from_slice(b"true"),
            Json::Bool(false) => out.extend_from_slice(b"false"),
            Json::Number(number) => out.extend_from_slice(number.as_str().as_bytes()),
            Json::String(text) => write_string(text, out),
            Json::Array(items) => write_list(items.iter(), (b'[', b']'), out, Json::write),
            Json::Object(object) => object.write(out),
        }
    }

    /// The value as JSON indented by two spaces.
    pub fn to_pretty(&self) -> String {
        let mut out = Vec::with_capacity(2048);
        write_pretty(self, 0, &mut out);
        String::from_utf8(out).unwrap_or_default()
    }
}

impl Object {
    /// Appends the object as compact JSON.
    pub fn write(&self, out: &mut Vec<u8>) {
        write_list(self.iter(), (b'{', b'}'), out, |(name, value), out| {
            write_string(name, out);
            out.push(b':');
            value.write(out);
        });
    }
}

fn write_list<T>(
    items: impl Iterator<Item = T>,
    (open, close): (u8, u8),
    out: &mut Vec<u8>,
    mut item: impl FnMut(T, &mut Vec<u8>),
) {
    out.push(open);
    for (index, value) in items.enumerate() {
        if index > 0 {
            out.push(b',');
        }
        item(value, out);
    }
    out.push(close);
}

/// Appends `text` as a JSON string. Only what JSON demands is escaped.
pub fn write_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut copied = 0;
    for (index, &byte) in bytes.iter().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.extend_from_slice(&bytes[copied..index]);
        copied = index + 1;
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            control => out.extend_from_slice(format!("\\u{control:04x}").as_bytes()),
        }
    }
    out.extend_from_slice(&bytes[copied..]);
    out.push(b'"');
}

fn write_pretty(value: &Json, indent: usize, out: &mut Vec<u8>) {
    let line = |out: &mut Vec<u8>, indent: usize| {
        out.push(b'\n');
        out.resize(out.len() + indent * 2, b' ');
    };
    match value {
        Json::Array(items) if !items.is_empty() => {
            write_list(items.iter(), (b'[', b' '), out, |item, out| {
                line(out, indent + 1);
                write_pretty(item, indent + 1, out);
            });
            out.pop();
            line(out, indent);
            out.push(b']');
        }
        Json::Object(object) if !object.is_empty() => {
            write_list(object.iter(), (b'{', b' '), out, |(name, value), out| {
                line(out, indent + 1);
                write_string(name, out);
                out.extend_from_slice(b": ");
                write_pretty(value, indent + 1, out);
            });
            out.pop();
            line(out, indent);
            out.push(b'}');
        }
        other => other.write(out),
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.to_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use crate::json;

    #[test]
    fn pretty_json_is_indented_by_two_spaces() {
        let value = json!({ "a": [1i64, "x\"\u{1}"], "b": {}, "c": { "d": true } });
        assert_eq!(
            value.to_pretty(),
            "{\n  \"a\": [\n    1,\n    \"x\\\"\\u0001\"\n  ],\n  \"b\": {},\n  \"c\": {\n    \"d\": true\n  }\n}"
        );
    }
}
