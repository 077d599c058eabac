//! `docs/canvas/` is written from the contracts.

use canvas::page::pages;
use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn the_pages_of_types_are_current() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/canvas");
    let pages = pages();
    if std::env::var_os("EASEL_TEST_WRITE_DOCS").is_some() {
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        pages.iter().for_each(|(name, page)| std::fs::write(folder.join(name), page).unwrap());
    }
    let stale: Vec<&String> = pages
        .iter()
        .filter(|(name, page)| std::fs::read_to_string(folder.join(name)).ok().as_ref() != Some(page))
        .map(|(name, _)| name)
        .collect();
    assert!(stale.is_empty(), "not current: {stale:?}; run EASEL_TEST_WRITE_DOCS=1 cargo test -p canvas");
    let names: BTreeSet<String> = pages.into_iter().map(|(name, _)| name).collect();
    let found = std::fs::read_dir(&folder).unwrap();
    let found: BTreeSet<String> =
        found.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(found, names, "pages of types that are not served");
}
