//! Finds a code in a list of codes by binary search, exactly or whatever its case.

use std::cmp::Ordering;
use std::marker::PhantomData;

/// What a code is found by.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key<'k> {
    pub(crate) system: &'k str,
    pub(crate) code: &'k str,
}

/// An item of a list that has an index.
pub(crate) trait Coded {
    fn key(&self) -> Key<'_>;
}

/// The order of a list: by code without regard to the case of ASCII letters, by system, by exact code, by place.
#[derive(Debug)]
pub(crate) struct CodeIndex<T> {
    order: Box<[u32]>,
    list: PhantomData<fn(&T)>,
}

impl<T: Coded> CodeIndex<T> {
    /// The index of a list. Places beyond `u32::MAX` are not found; limits keep lists far shorter.
    pub(crate) fn of(list: &[T]) -> Self {
        let count = u32::try_from(list.len()).unwrap_or(u32::MAX);
        let mut order: Vec<u32> = (0..count).collect();
        order.sort_by(|one, other| match (list.get(*one as usize), list.get(*other as usize)) {
            (Some(a), Some(b)) => {
                let (a, b) = (a.key(), b.key());
                let alike = caseless(a.code, b.code).then_with(|| a.system.cmp(b.system));
                alike.then_with(|| a.code.cmp(b.code)).then(one.cmp(other))
            }
            _ => one.cmp(other),
        });
        Self { order: order.into(), list: PhantomData }
    }

    /// The items whose code is the same but for the case of ASCII letters; those of one system stand together.
    pub(crate) fn alike<'l>(
        &'l self,
        list: &'l [T],
        code: &str,
    ) -> impl Iterator<Item = (usize, &'l T)> + Clone + use<'l, T> {
        items(self.range(list, |key| caseless(key.code, code)), list)
    }

    /// The same of one system.
    pub(crate) fn alike_of<'l>(
        &'l self,
        list: &'l [T],
        wanted: Key<'_>,
    ) -> impl Iterator<Item = (usize, &'l T)> + Clone + use<'l, T> {
        let compare =
            |key: Key<'_>| caseless(key.code, wanted.code).then_with(|| key.system.cmp(wanted.system));
        items(self.range(list, compare), list)
    }

    /// All items, the same ones together.
    pub(crate) fn all<'l>(
        &'l self,
        list: &'l [T],
    ) -> impl Iterator<Item = (usize, &'l T)> + Clone + use<'l, T> {
        items(&self.order, list)
    }

    fn range(&self, list: &[T], compare: impl Fn(Key<'_>) -> Ordering) -> &[u32] {
        let compare = |place: &u32| list.get(*place as usize).map(|item| compare(item.key()));
        let start = self.order.partition_point(|place| compare(place) == Some(Ordering::Less));
        let rest = self.order.get(start..).unwrap_or_default();
        let count = rest.partition_point(|place| compare(place) == Some(Ordering::Equal));
        rest.get(..count).unwrap_or_default()
    }
}

fn items<'l, T>(order: &'l [u32], list: &'l [T]) -> impl Iterator<Item = (usize, &'l T)> + Clone {
    order.iter().filter_map(|place| Some((*place as usize, list.get(*place as usize)?)))
}

/// Compares without regard to the case of ASCII letters.
fn caseless(one: &str, other: &str) -> Ordering {
    let lower = |byte: u8| byte.to_ascii_lowercase();
    one.bytes().map(lower).cmp(other.bytes().map(lower))
}
