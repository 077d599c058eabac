//! The operations of a terminology service (<http://hl7.org/fhir/R4/terminology-service.html>): `$expand`, `$lookup`,
//! `$validate-code`, `$subsumes`, `$translate`, from requests to the questions of the terminology crate.

use super::input::{GivenValue, Input, missing};
use super::{Request, Task};
use crate::engine::Engine;
use crate::error::Refusal;
use crate::unit::stored_json;
use fhir::outcome::quoted;
use fhir::{Issue, IssueCode, Json, ResourceType};
use terminology::{
    Canonical, Coding, Dependency, ExpandOptions, LookupOptions, Problem, Source, TranslateOptions,
    ValidateCodeOptions,
};

/// What an operation works on, when it is not said by a canonical URL: the resource that the URL of the request names,
/// or one that came along.
type Own = Option<Json>;

/// `ValueSet/$expand`.
///
/// # Errors
///
/// 400; 404, 410; 422 when it cannot be expanded.
pub(super) fn expand(engine: &Engine, request: Request) -> Result<Task, Refusal> {
    const KNOWN: [&str; 13] = [
        "url",
        "valueSet",
        "valueSetVersion",
        "filter",
        "offset",
        "count",
        "includeDesignations",
        "designation",
        "includeDefinition",
        "activeOnly",
        "excludeNested",
        "excludeNotForUI",
        "displayLanguage",
    ];
    let input = &request.input;
    input.check("expand", &KNOWN, &["designation"])?;
    let flag = |name| input.boolean(name).map(|flag| flag.unwrap_or(false));
    let options = ExpandOptions {
        filter: input.text("filter")?.map(str::to_owned),
        offset: input.number("offset", 0)?.map(as_usize),
        count: input.number("count", 0)?.map(as_usize),
        active_only: flag("activeOnly")?,
        include_designations: flag("includeDesignations")?,
        designations: texts(input, "designation")?,
        include_definition: flag("includeDefinition")?,
        exclude_nested: input.boolean("excludeNested")?,
        exclude_not_for_ui: flag("excludeNotForUI")?,
        display_language: input.text("displayLanguage")?.map(str::to_owned),
        timestamp: fhir::datetime::instant(request.now),
    };
    let definitions = engine.definitions();
    about_own(request, "valueSet", move |own, input| {
        let source = source(own, input, "valueSetVersion")?.ok_or_else(|| missing("expand", "url"))?;
        definitions.terminology.expand(source, &options).map_err(refused)
    })
}

/// `CodeSystem/$lookup`.
///
/// # Errors
///
/// 400; 404 when the code is not known.
pub(super) fn lookup(engine: &Engine, request: Request) -> Result<Task, Refusal> {
    let input = &request.input;
    let known = ["code", "system", "version", "coding", "displayLanguage", "property"];
    input.check("lookup", &known, &["property"])?;
    one_coding(input, "lookup", "coding", "version")?;
    let options = LookupOptions {
        display_language: input.text("displayLanguage")?.map(str::to_owned),
        properties: texts(input, "property")?,
    };
    let definitions = engine.definitions();
    about_own(request, "codeSystem", move |_, input| {
        let coding = one_coding(input, "lookup", "coding", "version")?;
        definitions.terminology.lookup(None, coding, &options).map_err(refused)
    })
}

/// `CodeSystem/$validate-code` and `ValueSet/$validate-code`.
///
/// # Errors
///
/// 400, 404, 410; 422 when what would tell is not loaded.
pub(super) fn validate_code(engine: &Engine, request: Request) -> Result<Task, Refusal> {
    const OF_SYSTEM: [&str; 9] = [
        "url",
        "codeSystem",
        "code",
        "version",
        "display",
        "coding",
        "codeableConcept",
        "abstract",
        "displayLanguage",
    ];
    const OF_VALUE_SET: [&str; 11] = [
        "url",
        "valueSet",
        "valueSetVersion",
        "code",
        "system",
        "systemVersion",
        "display",
        "coding",
        "codeableConcept",
        "abstract",
        "displayLanguage",
    ];
    let input = &request.input;
    let of_system = request.resource_type == Some(ResourceType::CODE_SYSTEM);
    let known: &[&str] = if of_system { &OF_SYSTEM } else { &OF_VALUE_SET };
    input.check("validate-code", known, &[])?;
    codings(input, "validate-code", "systemVersion")?;
    if !of_system && input.all("code").next().is_some() {
        // Nothing says what a code means but its system.
        input.needed_text("validate-code", "system")?;
    }
    let options = ValidateCodeOptions {
        is_abstract_valid: input.boolean("abstract")?,
        display_language: input.text("displayLanguage")?.map(str::to_owned),
    };
    let definitions = engine.definitions();
    let (parameter, version) =
        if of_system { ("codeSystem", "version") } else { ("valueSet", "valueSetVersion") };
    about_own(request, parameter, move |own, input| {
        let source = source(own, input, version)?;
        let codings = codings(input, "validate-code", "systemVersion")?;
        let answer = if of_system {
            definitions.terminology.validate_code_in_system(source, &codings, &options)
        } else {
            let source = source.ok_or_else(|| missing("validate-code", "url"))?;
            definitions.terminology.validate_code_in_value_set(source, &codings, &options)
        };
        answer.map_err(refused)
    })
}

/// `CodeSystem/$subsumes`.
///
/// # Errors
///
/// 400, 404, 410; 422 when the code system does not tell.
pub(super) fn subsumes(engine: &Engine, request: Request) -> Result<Task, Refusal> {
    let input = &request.input;
    input.check("subsumes", &["codeA", "codeB", "system", "version", "codingA", "codingB"], &[])?;
    sides(input)?;
    let definitions = engine.definitions();
    about_own(request, "codeSystem", move |own, input| {
        let (a, b) = sides(input)?;
        definitions.terminology.subsumes(own.as_ref().map(Source::Resource), a, b).map_err(refused)
    })
}

/// `ConceptMap/$translate`.
///
/// # Errors
///
/// 400, 404, 410; 422 when the maps do not tell.
pub(super) fn translate(engine: &Engine, request: Request) -> Result<Task, Refusal> {
    const KNOWN: [&str; 13] = [
        "url",
        "conceptMap",
        "conceptMapVersion",
        "code",
        "system",
        "version",
        "source",
        "coding",
        "codeableConcept",
        "target",
        "targetsystem",
        "dependency",
        "reverse",
    ];
    let input = &request.input;
    input.check("translate", &KNOWN, &["dependency"])?;
    codings(input, "translate", "version")?;
    let text = |name| -> Result<_, Refusal> { Ok(input.text(name)?.map(str::to_owned)) };
    let options = TranslateOptions {
        source: text("source")?,
        target: text("target")?,
        target_system: text("targetsystem")?,
        dependencies: dependencies(input)?,
        reverse: input.boolean("reverse")?.unwrap_or(false),
    };
    let definitions = engine.definitions();
    about_own(request, "conceptMap", move |own, input| {
        let source = source(own, input, "conceptMapVersion")?;
        let codings = codings(input, "translate", "version")?;
        definitions.terminology.translate(source, &codings, &options).map_err(refused)
    })
}

/// What is to be done to answer a question about the resource that the request's URL names, or that came along as
/// `parameter`.
fn about_own(
    request: Request,
    parameter: &str,
    answer: impl Fn(&Own, &Input) -> Result<Json, Refusal> + Send + Sync + 'static,
) -> Result<Task, Refusal> {
    if request.id.is_some() {
        return Ok(Task::look(move |reader| {
            let own = Some(stored_json(&request.read(reader)?)?);
            Ok(answer(&own, &request.input)?.to_bytes())
        }));
    }
    let own = request.input.resource(parameter)?.cloned();
    Ok(Task::think(move || Ok(answer(&own, &request.input)?.to_bytes())))
}

fn as_usize(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// What the operation works on. Where it is named in two ways, both must mean the same.
fn source<'a>(own: &'a Own, input: &'a Input, version: &str) -> Result<Option<Source<'a>>, Refusal> {
    let url = input.text("url")?;
    let Some(own) = own else {
        let version = input.text(version)?;
        return Ok(url.map(|url| Source::Canonical(Canonical::new(url, version))));
    };
    let known = own.str("url").unwrap_or_default();
    if let Some(other) = url.filter(|url| Canonical::parse(url).url != known) {
        let text = format!(
            "parameter 'url' is {}, but the {} that is asked about has the url {}; leave one of them out",
            quoted(other),
            own.str("resourceType").unwrap_or("resource"),
            quoted(known)
        );
        return Err(Refusal::invalid(vec![Issue::error(IssueCode::Invalid, text)]));
    }
    Ok(Some(Source::Resource(own)))
}

/// The texts of a parameter that may come several times.
fn texts(input: &Input, name: &str) -> Result<Vec<String>, Refusal> {
    let text = |given: &super::input::Given| match &given.value {
        GivenValue::Text(text) | GivenValue::Typed(_, Json::String(text)) => Ok(text.clone()),
        _ => Err(given.wrong("a text")),
    };
    input.all(name).map(text).collect()
}

/// The code that is asked about: a Coding, or code and system.
fn one_coding<'a>(
    input: &'a Input,
    operation: &str,
    coding: &str,
    version: &str,
) -> Result<Coding<'a>, Refusal> {
    one_of(input, operation, &["code", coding])?;
    if let Some(given) = input.typed(coding, "Coding")? {
        return Coding::of(given).ok_or_else(|| missing(operation, "coding.code"));
    }
    let code = input.needed_text(operation, "code")?;
    let (system, version) = (input.text("system")?, input.text(version)?);
    Ok(Coding { system, version, code, display: input.text("display")? })
}

/// Checks that the code is said in exactly one way.
fn one_of(input: &Input, operation: &str, ways: &[&str]) -> Result<(), Refusal> {
    let given: Vec<&str> = ways.iter().copied().filter(|way| input.all(way).next().is_some()).collect();
    let text = match given.as_slice() {
        [_] => return Ok(()),
        [] => format!("${operation} needs one of {}", ways.join(", ")),
        several => format!("${operation} takes one of {}, not {}", ways.join(", "), several.join(" and ")),
    };
    let code = if given.is_empty() { IssueCode::Required } else { IssueCode::Invalid };
    Err(Refusal::invalid(vec![Issue::error(code, text)]))
}

/// The codes that are asked about: those of a CodeableConcept, a Coding, or code and system.
fn codings<'a>(input: &'a Input, operation: &str, version: &str) -> Result<Vec<Coding<'a>>, Refusal> {
    one_of(input, operation, &["code", "coding", "codeableConcept"])?;
    if let Some(concept) = input.typed("codeableConcept", "CodeableConcept")? {
        let codings = Coding::all_of(concept);
        return if codings.is_empty() {
            Err(missing(operation, "codeableConcept.coding"))
        } else {
            Ok(codings)
        };
    }
    Ok(vec![one_coding(input, operation, "coding", version)?])
}

/// The two codes of `$subsumes`.
fn sides(input: &Input) -> Result<(Coding<'_>, Coding<'_>), Refusal> {
    let (system, version) = (input.text("system")?, input.text("version")?);
    let side = |coding: &str, code: &str| -> Result<_, Refusal> {
        one_of(input, "subsumes", &[code, coding])?;
        if let Some(given) = input.typed(coding, "Coding")? {
            return Coding::of(given).ok_or_else(|| missing("subsumes", coding));
        }
        Ok(Coding { system, version, code: input.needed_text("subsumes", code)?, display: None })
    };
    Ok((side("codingA", "codeA")?, side("codingB", "codeB")?))
}

/// `dependency`: parts `element` and `concept`.
fn dependencies(input: &Input) -> Result<Vec<Dependency>, Refusal> {
    let mut dependencies = Vec::new();
    for given in input.all("dependency") {
        let GivenValue::Parts(parts) = &given.value else {
            return Err(given.wrong("parts element and concept"));
        };
        let element = parts.needed_text("translate", "element")?.to_owned();
        for coding in codings_of_part(parts)? {
            let (system, value) = (coding.system.map(str::to_owned), coding.code.to_owned());
            dependencies.push(Dependency { element: element.clone(), system, value });
        }
    }
    Ok(dependencies)
}

fn codings_of_part(parts: &Input) -> Result<Vec<Coding<'_>>, Refusal> {
    let concept = parts.typed("concept", "CodeableConcept")?;
    Ok(Coding::all_of(concept.ok_or_else(|| missing("translate", "dependency.concept"))?))
}

/// A definition that is not there and a request that makes no sense are 400; what the definitions do not tell is 422.
fn refused(problem: Problem) -> Refusal {
    let issue = Issue::error(problem.issue_code(), problem.to_string());
    match problem.issue_code() {
        IssueCode::NotFound | IssueCode::Invalid => Refusal::invalid(vec![issue]),
        _ => Refusal::broken_rules(vec![issue]),
    }
}
