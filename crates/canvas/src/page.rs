//! The page of a type, `docs/canvas/{type}.md`, written from its contract.

use crate::contract::{Access, Contract, ElementFact, ExtensionFact, Level, OperationFact, ParameterFact};
use crate::rule::Rule;
use crate::types::TYPES;
use interactions::Interaction;

/// What every page begins with.
const HEAD: &str =
    "<!-- Written from the contract by EASEL_TEST_WRITE_DOCS=1 cargo test -p canvas; do not edit. -->\n";

/// Every page: its file's name and its text, by name.
pub fn pages() -> Vec<(String, String)> {
    let mut contracts: Vec<&Contract> = TYPES.iter().map(|served| served.contract()).collect();
    contracts.sort_by_key(|contract| contract.name);
    let mut pages = vec![("README.md".to_owned(), index(&contracts))];
    pages.extend(contracts.iter().map(|contract| (format!("{}.md", contract.name), page(contract))));
    pages
}

/// The list of all types.
fn index(contracts: &[&Contract]) -> String {
    let mut page = format!(
        "{HEAD}\n# The Canvas door\n\nEvery type that is served at `/`, from the same data that the server works by. \
         What was chosen where the vendor's facts are silent: [decisions](../canvas-decisions.md).\n\n"
    );
    let rows = contracts.iter().map(|contract| {
        let name = contract.name;
        [format!("[{name}]({name}.md)"), offered(contract), contract.all_rules().count().to_string()]
    });
    table(&mut page, ["type", "offers", "rules"], rows);
    page
}

/// The page of one type.
fn page(contract: &Contract) -> String {
    let mut page = format!("{HEAD}\n# {}\n\n", contract.name);
    page.push_str(&format!("Offers {}. Ids: {}.\n", offered(contract), contract.ids.describe()));
    for profile in contract.profiles {
        page.push_str(&format!("\nProfile: {profile}\n"));
    }
    behaviours(&mut page, contract);
    elements(&mut page, contract.elements);
    extensions(&mut page, contract);
    search(&mut page, contract);
    rules(&mut page, contract);
    operations(&mut page, contract);
    decisions(&mut page, contract);
    page
}

/// What it offers, in words.
fn offered(contract: &Contract) -> String {
    let order = [Interaction::Create, Interaction::Read, Interaction::Update, Interaction::SearchType];
    let offered = order.into_iter().filter(|interaction| contract.offers(*interaction));
    let mut words: Vec<String> = offered.map(|interaction| words(interaction).to_owned()).collect();
    words.extend(contract.operations.iter().map(|operation| format!("`${}`", operation.name)));
    words.join(", ")
}

fn words(interaction: Interaction) -> &'static str {
    match interaction {
        Interaction::SearchType => "search",
        other => other.code(),
    }
}

fn heading(page: &mut String, heading: &str) {
    page.push_str(&format!("\n## {heading}\n\n"));
}

/// A table; nothing when it would have no rows.
fn table<const N: usize>(page: &mut String, head: [&str; N], rows: impl Iterator<Item = [String; N]>) {
    page.push_str(&format!("| {} |\n|{}\n", head.join(" | "), "---|".repeat(N)));
    for row in rows {
        let cells = row.map(|cell| cell.replace('|', "\\|").replace('\n', " "));
        page.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
}

fn behaviours(page: &mut String, contract: &Contract) {
    let mut sentences: Vec<String> =
        contract.behaviours.iter().map(|sentence| (*sentence).to_owned()).collect();
    if let Some(note) = contract.note {
        sentences.push(format!(
            "A create lands in a note: that of `{}`, that of the note-id extension, or a new one.",
            note.element
        ));
    }
    if let Some(mark) = contract.mark {
        sentences.push(format!(
            "An update does nothing but mark the resource: `{}` must say entered-in-error.",
            mark.element
        ));
    }
    if contract.authors.is_some() {
        sentences.push("Each create and update leaves a Provenance.".to_owned());
    }
    for element in contract.files {
        let name = contract.name;
        sentences.push(format!("What is attached is served at `/{name}/{{id}}/files/{element}`."));
    }
    if sentences.is_empty() {
        return;
    }
    heading(page, "Behaviour");
    for sentence in sentences {
        page.push_str(&format!("- {sentence}\n"));
    }
}

fn elements(page: &mut String, elements: &[ElementFact]) {
    if elements.is_empty() {
        return;
    }
    heading(page, "Elements");
    let rows = elements.iter().map(|element| {
        let list = match (element.list, element.may_be_empty) {
            (_, true) => " (list, `[]` for none)",
            (true, false) => " (list)",
            (false, false) => "",
        };
        [
            format!("`{}`", element.path),
            format!("{}{list}", element.type_name),
            usage(element.access, element.required_on, element.ignored_on),
            values(element.values),
            about(&[
                element.format,
                &element.default.map(|value| format!("default {value}")).unwrap_or_default(),
                element.note,
            ]),
        ]
    });
    table(page, ["element", "type", "use", "values", "about"], rows);
}

fn extensions(page: &mut String, contract: &Contract) {
    let extensions = contract.extensions;
    if extensions.is_empty() {
        return;
    }
    heading(page, "Extensions");
    let is_written = |extension: &ExtensionFact| extension.access != Access::ReadOnly;
    if !contract.is_read_only() && extensions.iter().any(is_written) {
        page.push_str(
            "Each that is written has the value named here and is there once unless it is a list; else the request is \
             refused (400).\n\n",
        );
    }
    let rows = extensions.iter().map(|extension| {
        let list = if extension.list { " (list)" } else { "" };
        [
            format!("`{}`", extension.url),
            format!("`{}`", extension.on),
            format!("{}{list}", extension.value),
            usage(extension.access, extension.required_on, &[]),
            values(extension.values),
            extension.note.to_owned(),
        ]
    });
    table(page, ["url", "on", "value", "use", "values", "about"], rows);
}

/// Who writes it, and when it must be there.
fn usage(access: Access, required_on: &[Interaction], ignored_on: &[Interaction]) -> String {
    let list = |interactions: &[Interaction]| {
        interactions.iter().map(|interaction| interaction.code()).collect::<Vec<_>>().join(" and ")
    };
    match access {
        Access::ReadOnly => "read-only".to_owned(),
        _ if !required_on.is_empty() => format!("required on {}", list(required_on)),
        _ if !ignored_on.is_empty() => format!("without effect on {}", list(ignored_on)),
        Access::WriteOnly => "not read back".to_owned(),
        Access::ReadWrite => String::new(),
    }
}

fn values(values: &[&str]) -> String {
    values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(" ")
}

/// What there is to say, without what is not.
fn about(parts: &[&str]) -> String {
    parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join("; ")
}

fn search(page: &mut String, contract: &Contract) {
    if !contract.offers(Interaction::SearchType) {
        return;
    }
    heading(page, "Search");
    let facts = &contract.search;
    if facts.parameters.is_empty() {
        page.push_str("Without parameters.\n");
    } else {
        table(page, ["parameter", "type", "values", "about"], facts.parameters.iter().map(parameter));
    }
    if !facts.sort.is_empty() {
        let keys: Vec<&str> = facts.sort.iter().map(|key| key.name).collect();
        page.push_str(&format!("\n`_sort` by {}; `-` before a key reverses it.\n", values(&keys)));
    }
    page.push_str(match facts.pages {
        true => "\nPages of 10, or `_count` up to 100; `_offset` says where a page begins.\n",
        false => "\nThe answer is whole: there are no pages.\n",
    });
}

fn parameter(fact: &ParameterFact) -> [String; 4] {
    let also = fact.aliases.iter().map(|name| format!("also `{name}`")).collect::<Vec<_>>().join(", ");
    let default = fact.default.map(|value| format!("`{value}` unless sent")).unwrap_or_default();
    let prefixes = if fact.prefixes.is_empty() { String::new() } else { values(fact.prefixes) };
    [
        format!("`{}`", fact.name),
        fact.kind.code().to_owned(),
        values(fact.values),
        about(&[if fact.is_required { "required" } else { "" }, &prefixes, &default, &also, fact.note]),
    ]
}

fn rules(page: &mut String, contract: &Contract) {
    let rules: Vec<&Rule> = contract.all_rules().collect();
    if !rules.is_empty() {
        heading(page, "Rules");
        table(page, ["rule", "on", "status", "refused when", "text"], rules.into_iter().map(rule));
    }
}

fn rule(rule: &Rule) -> [String; 5] {
    let on: Vec<&str> = rule.on.iter().map(|interaction| words(*interaction)).collect();
    [
        format!("`{}`", rule.id),
        on.join(", "),
        format!("{} {}", rule.status(), rule.code.code()),
        about(&[rule.when, rule.note]),
        rule.text.to_owned(),
    ]
}

fn operations(page: &mut String, contract: &Contract) {
    for OperationFact { name, level, writes, rules, .. } in contract.operations {
        heading(page, &format!("`${name}`"));
        let place = match level {
            Level::Type => "",
            Level::Instance => "/{id}",
        };
        let besides = if *writes { "one to write the type" } else { "one to read or to write the type" };
        page.push_str(&format!(
            "`POST /{type_name}{place}/${name}` with a Parameters resource; 200 without a body. Scopes: \
             `system/{type_name}.{name}` or `user/{type_name}.{name}`, and {besides}.\n",
            type_name = contract.name
        ));
        if !rules.is_empty() {
            page.push('\n');
            table(page, ["rule", "on", "status", "refused when", "text"], rules.iter().map(rule));
        }
    }
}

fn decisions(page: &mut String, contract: &Contract) {
    if !contract.decisions.is_empty() {
        heading(page, "Decisions");
        let rows = contract.decisions.iter();
        let rows =
            rows.map(|decision| [decision.about, decision.decision, decision.reason].map(str::to_owned));
        table(page, ["about", "decision", "reason"], rows);
    }
}
