//! How large an expression and its evaluation may be. Expressions come from the specification, but also from
//! clients (custom search parameters, patches), so nothing here is left unbounded.

/// The longest expression, in bytes. The longest of R4's search parameters has 1,386.
pub const EXPRESSION_LENGTH: usize = 8 * 1024;

/// How deep an expression may nest: parentheses, arguments, operands and path steps together.
/// It bounds the stack that parsing, compiling and evaluating take.
pub const NESTING: usize = 128;

/// How many items one evaluation may produce, those of intermediate steps included.
pub const ITEMS: usize = 1_000_000;
