//! `docs/canvas-decisions.md` is written from the contracts.

use canvas::decisions::markdown;
use std::path::Path;

#[test]
fn the_page_of_decisions_is_current() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/canvas-decisions.md");
    let written = markdown();
    if std::env::var_os("EASEL_TEST_WRITE_DOCS").is_some() {
        std::fs::write(&page, &written).unwrap();
    }
    let found = std::fs::read_to_string(&page).unwrap_or_default();
    assert!(
        found == written,
        "{} is not current: run EASEL_TEST_WRITE_DOCS=1 cargo test -p canvas",
        page.display()
    );
}
