//! What an expression says, before anything is known of types and functions
//! (<http://hl7.org/fhirpath/N1/grammar.html>).

/// A part of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ast {
    pub(crate) kind: AstKind,
    /// Where its name, literal or operator stands, in characters from 1.
    pub(crate) column: usize,
    /// How many levels it has; bounded by [`limits::NESTING`](crate::limits::NESTING).
    pub(crate) depth: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum AstKind {
    /// A literal.
    Literal(Literal),
    /// `{}`
    Empty,
    /// `%name`
    External(Box<str>),
    /// `$this`, `$index`, `$total`
    Variable(Box<str>),
    /// `name` or `base.name`
    Member { base: Option<Box<Ast>>, name: Box<str> },
    /// `name(…)` or `base.name(…)`
    Call { base: Option<Box<Ast>>, name: Box<str>, arguments: Vec<Ast> },
    /// `base[index]`
    Index { base: Box<Ast>, index: Box<Ast> },
    /// `+a`, `-a`
    Polarity { operator: &'static str, operand: Box<Ast> },
    /// `a is T`, `a as T`
    Type { operator: &'static str, operand: Box<Ast>, specifier: Specifier },
    /// `a | b | …`
    Union(Vec<Ast>),
    /// Every other operator of two sides.
    Binary { operator: &'static str, left: Box<Ast>, right: Box<Ast> },
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Literal {
    Boolean(bool),
    String(Box<str>),
    /// Digits, perhaps with a point.
    Number(Box<str>),
    /// What follows `@`.
    DateTime(Box<str>),
    /// What follows `@T`.
    Time(Box<str>),
    /// `4 days`, `5 'mg'`
    Quantity {
        number: Box<str>,
        unit: Box<str>,
        /// The unit is a word of the calendar, not a text in quotes.
        calendar: bool,
    },
}

/// The name of a type: `Patient`, `FHIR.Patient`, `System.String`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Specifier {
    pub(crate) namespace: Option<Box<str>>,
    pub(crate) name: Box<str>,
    pub(crate) column: usize,
}

impl Ast {
    /// Whether a function in it asks for the time. Its depth is bounded.
    pub(crate) fn asks_time(&self) -> bool {
        let is_clock = |name: &str| matches!(name, "now" | "today" | "timeOfDay");
        matches!(&self.kind, AstKind::Call { name, .. } if is_clock(name))
            || self.children().into_iter().any(Ast::asks_time)
    }

    /// The parts it is made of.
    pub(crate) fn children(&self) -> Vec<&Ast> {
        match &self.kind {
            AstKind::Literal(_) | AstKind::Empty | AstKind::External(_) | AstKind::Variable(_) => Vec::new(),
            AstKind::Member { base, .. } => base.iter().map(|base| &**base).collect(),
            AstKind::Call { base, arguments, .. } => {
                base.iter().map(|base| &**base).chain(arguments.iter()).collect()
            }
            AstKind::Index { base, index } => vec![base, index],
            AstKind::Polarity { operand, .. } | AstKind::Type { operand, .. } => vec![operand],
            AstKind::Union(operands) => operands.iter().collect(),
            AstKind::Binary { left, right, .. } => vec![left, right],
        }
    }
}

impl AstKind {
    /// The name a type specifier in the place of an argument (`ofType(FHIR.Patient)`) says.
    pub(crate) fn as_specifier(&self, column: usize) -> Option<Specifier> {
        match self {
            AstKind::Member { base: None, name } => {
                Some(Specifier { namespace: None, name: name.clone(), column })
            }
            AstKind::Member { base: Some(base), name } => match &base.kind {
                AstKind::Member { base: None, name: namespace } => {
                    Some(Specifier { namespace: Some(namespace.clone()), name: name.clone(), column })
                }
                _ => None,
            },
            _ => None,
        }
    }
}
