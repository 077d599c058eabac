//! How large an expression and its evaluation may be. Expressions come from the specification, but also from
//! clients (custom search parameters, patches), so nothing here is left unbounded.

/// The longest expression, in bytes. The longest of R4's search parameters has 1,386.
pub const EXPRESSION_LENGTH: usize = 8 * 1024;

/// How deep an expression may nest: parentheses, arguments, operands and path steps together.
/// It bounds the stack that parsing, compiling and evaluating take.
pub const NESTING: usize = 128;

/// How many items one evaluation may produce, those of intermediate steps included; comparisons and other work
/// that takes as long count as items too.
pub const ITEMS: usize = 1_000_000;

/// How many bytes of text one evaluation may write, those of intermediate steps included.
pub const TEXT: usize = 8 * 1024 * 1024;

/// How many bytes a compiled regular expression may take. The largest of R4's invariants needs more than half of it.
pub const PATTERN: usize = 512 * 1024;

/// How many regular expressions an expression may have as literals.
pub const PATTERNS: usize = 16;

/// As many items' work is the compilation of a regular expression that is computed.
pub(crate) const PATTERN_ITEMS: usize = 10_000;

/// How many bytes of text are as much work for a regular expression as one item.
pub(crate) const PATTERN_BYTES_PER_ITEM: usize = 8;

/// How many bytes of text are as much work as one item when they are read: compared, searched, hashed, counted.
pub(crate) const TEXT_BYTES_PER_ITEM: usize = 64;

/// How many members of an object are as much work as one item when one is looked up.
pub(crate) const MEMBERS_PER_ITEM: usize = 16;

/// As many items' work is the conversion of a unit.
pub(crate) const UNIT_ITEMS: usize = 16;

/// The same for the replacement of what a regular expression matches, where every match may look at all of the rest.
pub(crate) const REPLACED_BYTES_PER_ITEM: usize = 64;
