//! scratch
use fhir::Json;
use fhir::definitions::{InvariantId, TypeId};
use fhirpath::*;
use std::collections::BTreeMap;
use std::path::*;
use std::time::Instant;

fn visit<'a>(children: &'a Expression, evaluator: &mut Evaluator<'a>, item: &Item<'a>, resource: &Item<'a>, root: &Item<'a>, found: &mut dyn FnMut(&Item<'a>, &mut Evaluator<'a>)) {
    found(item, evaluator);
    for child in evaluator.evaluate(children, item).unwrap() {
        let is_resource = child.item_type.fhir().is_some_and(|id| id.resource_type().is_some());
        if is_resource {
            let contained = child.element.is_some_and(|e| e.name() == "contained");
            let r = if contained { root } else { &child };
            evaluator.set_context(Context::new(&child).with_root(r));
            visit(children, evaluator, &child, &child, r, found);
            evaluator.set_context(Context::new(resource).with_root(root));
        } else {
            visit(children, evaluator, &child, resource, root, found);
        }
    }
}

#[test]
fn scratch() {
    let Some(folder) = std::env::var_os("EASEL_R4_EXAMPLES") else { return };
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|p| p.extension().is_some_and(|e| e == "json"));
    files.sort();
    let children = Expression::compile("children()").unwrap();
    let mut counts: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    let mut n = 0;
    let mut times: BTreeMap<&str, (u128, u32)> = BTreeMap::new();
    let t0 = Instant::now();
    for path in files {
        let bytes = std::fs::read(&path).unwrap();
        let Ok(json) = fhir::json::parse(&bytes, 100) else { continue };
        let Some(root) = Item::resource(&json) else { continue };
        let mut evaluator = Evaluator::new(Context::new(&root));
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        visit(&children, &mut evaluator, &root, &root, &root, &mut |item, evaluator| {
            let own: &[InvariantId] = item.item_type.fhir().map_or(&[], |id: TypeId| id.definition().invariants);
            let more = item.element.map_or(&[][..], |e| e.invariants());
            for id in own.iter().chain(more) {
                n += 1;
                let s = Instant::now();
                let r = evaluator.truth(invariant(*id).unwrap(), item);
                let t = times.entry(id.definition().key).or_default();
                t.0 += s.elapsed().as_nanos();
                t.1 += 1;
                match r {
                    Ok(Some(true)) => {}
                    r => {
                        let e = counts.entry((id.definition().key.to_string(), format!("{r:?}"))).or_default();
                        if e.last() != Some(&name) { e.push(name.clone()); }
                    }
                }
            }
        });
    }
    println!("{n} evaluations {:?}", t0.elapsed());
    let mut ts: Vec<_> = times.into_iter().collect();
    ts.sort_by_key(|t| std::cmp::Reverse(t.1.0));
    for t in &ts[..12] { println!("{} total {} ms, {} times, {} ns", t.0, t.1.0 / 1_000_000, t.1.1, t.1.0 / u128::from(t.1.1)); }
    for (k, v) in counts { println!("{k:?} {} {:?}", v.len(), &v[..v.len().min(5)]); }
    let _: Option<Json> = None;
}
