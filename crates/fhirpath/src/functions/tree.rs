//! Tree navigation (<http://hl7.org/fhirpath/N1/#tree-navigation>).

use super::{Call, Function, Implementation, Result, Yields};
use crate::item::Item;
use crate::path;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "children",
        least: 0,
        parameters: &[],
        yields: Yields::Anything,
        run: Implementation::Items(children),
    },
    Function {
        name: "descendants",
        least: 0,
        parameters: &[],
        yields: Yields::Anything,
        run: Implementation::Items(descendants),
    },
];

fn children<'a>(call: &mut Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<()> {
    call.input.iter().try_for_each(|item| path::children(item, call.run, out))
}

/// The children, then their children, and so on.
fn descendants<'a>(call: &mut Call<'a, '_>, out: &mut Vec<Item<'a>>) -> Result<()> {
    let mut next = out.len();
    call.input.iter().try_for_each(|item| path::children(item, call.run, out))?;
    while let Some(item) = out.get(next).cloned() {
        path::children(&item, call.run, out)?;
        next += 1;
    }
    Ok(())
}
