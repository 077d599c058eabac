//! Requests that are written once, and vary only in fields of a fixed width.

/// Writes the `n`-th value of a field over the field's bytes.
type Fill = Box<dyn Fn(u64, &mut [u8]) + Send + Sync>;

/// A request with gaps. Its length never changes, so that its Content-Length is always right.
pub struct Template {
    method: String,
    path: String,
    bytes: Vec<u8>,
    fields: Vec<Field>,
}

struct Field {
    places: Vec<usize>,
    width: usize,
    fill: Fill,
}

impl Template {
    /// A request. `token` is the bearer token, `body` is FHIR JSON.
    pub fn new(method: &str, path: &str, token: Option<&str>, body: Option<&str>) -> Self {
        let mut text =
            format!("{method} {path} HTTP/1.1\r\nhost: {HOST}\r\naccept: application/fhir+json\r\n");
        if let Some(token) = token {
            text.push_str(&format!("authorization: Bearer {token}\r\n"));
        }
        if let Some(body) = body {
            let length = body.len();
            text.push_str(&format!("content-type: application/fhir+json\r\ncontent-length: {length}\r\n"));
        }
        text.push_str("\r\n");
        text.push_str(body.unwrap_or_default());
        let path = path.split('?').next().unwrap_or_default().to_owned();
        Template { method: method.to_owned(), path, bytes: text.into_bytes(), fields: Vec::new() }
    }

    /// Makes every occurrence of `mark` a field that `fill` writes.
    ///
    /// # Errors
    ///
    /// When the mark does not occur.
    pub fn field(
        mut self,
        mark: &str,
        fill: impl Fn(u64, &mut [u8]) + Send + Sync + 'static,
    ) -> crate::Result<Self> {
        let found = self.bytes.windows(mark.len()).enumerate();
        let places: Vec<usize> =
            found.filter(|(_, part)| *part == mark.as_bytes()).map(|(at, _)| at).collect();
        if places.is_empty() {
            return Err(format!("a request has no {mark} in it").into());
        }
        self.fields.push(Field { places, width: mark.len(), fill: Box::new(fill) });
        Ok(self)
    }

    /// The method.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The path, without a query.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Writes the `n`-th request into `out`.
    pub fn render(&self, n: u64, out: &mut Vec<u8>) {
        out.clear();
        out.extend_from_slice(&self.bytes);
        for field in &self.fields {
            for place in &field.places {
                (field.fill)(n, &mut out[*place..place + field.width]);
            }
        }
    }
}

/// The Host that requests name: loopback, whatever the port.
const HOST: &str = "127.0.0.1";

/// Writes `n` as decimal digits with leading zeros; digits that do not fit are left off.
pub fn digits(mut n: u64, out: &mut [u8]) {
    for byte in out.iter_mut().rev() {
        *byte = b'0' + (n % 10) as u8;
        n /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_filled_wherever_they_occur() -> crate::Result<()> {
        let body = r#"{"id":"SERIAL","value":SERIAL}"#;
        let template = Template::new("POST", "/x?y=1", Some("t"), Some(body)).field("SERIAL", digits)?;
        let mut request = Vec::new();
        for n in [7, 12_345_678] {
            template.render(n, &mut request);
        }
        let text = String::from_utf8(request)?;
        assert!(text.ends_with(r#"{"id":"345678","value":345678}"#), "{text}");
        assert!(text.contains("content-length: 30\r\n"), "{text}");
        assert_eq!((template.method(), template.path()), ("POST", "/x"));
        assert!(template.field("nowhere", digits).is_err());
        Ok(())
    }
}
