//! Scopes of the form `system/Patient.read`: a context, a resource type or `*`, and `read`, `write` or `*`; or an operation
//! of a type, `system/Practitioner.send-reset-password-email`, which no `*` covers.

use fhir::ResourceType;
use fhir::outcome::quoted;
use std::fmt;

/// Whose access a scope speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// The client itself.
    System,
    /// A user who is not a patient.
    User,
}

/// What is asked of a resource type. `read` covers read, search and history; `write` create, update, delete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Look.
    Read,
    /// Change.
    Write,
    /// One of the [`OPERATIONS`], by its name.
    Operation(&'static str),
}

/// The operations that have a scope of their own: of which type, and their names (general.json, `operation_scopes`).
pub const OPERATIONS: [(&str, &str); 3] = [
    ("Practitioner", "send-reset-password-email"),
    ("Claim", "add-activity-log-item"),
    ("DiagnosticReport", "create-lab-report"),
];

/// The types that R4 does not know and scopes can name.
const BEYOND_R4: [&str; 1] = ["Allergen"];

/// A type that scopes can name: one of R4, or of those that the Canvas door has besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeName(&'static str);

impl TypeName {
    /// The type of that exact name, if there is one.
    pub fn parse(name: &str) -> Option<Self> {
        let beyond = || BEYOND_R4.into_iter().find(|known| *known == name);
        ResourceType::from_name(name).map(ResourceType::name).or_else(beyond).map(TypeName)
    }
}

impl From<ResourceType> for TypeName {
    fn from(resource_type: ResourceType) -> Self {
        TypeName(resource_type.name())
    }
}

/// One scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    context: Context,
    /// `None` is `*`.
    type_name: Option<TypeName>,
    /// `None` is `*`.
    access: Option<Access>,
}

/// A scope that is none, and why, in words for the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeError(String);

impl fmt::Display for ScopeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Scope {
    /// Reads one scope.
    ///
    /// # Errors
    ///
    /// When it is not of the form, or names no resource type.
    pub fn parse(text: &str) -> Result<Self, ScopeError> {
        let malformed = || {
            let form =
                "system/{type}.read, .write or .*, or the same with user/; {type} is a resource type or *";
            ScopeError(format!("{} is not a scope of this server; scopes are {form}", quoted(text)))
        };
        let (context, rest) = text.split_once('/').ok_or_else(malformed)?;
        let (name, permission) = rest.rsplit_once('.').ok_or_else(malformed)?;
        let context = match context {
            "system" => Context::System,
            "user" => Context::User,
            _ => return Err(malformed()),
        };
        let access = match permission {
            "read" => Some(Access::Read),
            "write" => Some(Access::Write),
            "*" => None,
            other => {
                let known = OPERATIONS.into_iter().find(|operation| *operation == (name, other));
                Some(Access::Operation(known.ok_or_else(malformed)?.1))
            }
        };
        let type_name = match name {
            "*" => None,
            name => Some(TypeName::parse(name).ok_or_else(malformed)?),
        };
        Ok(Scope { context, type_name, access })
    }

    fn covers(&self, other: &Scope) -> bool {
        self.context == other.context
            && (self.type_name.is_none() || self.type_name == other.type_name)
            && (self.access == other.access || (self.access.is_none() && !other.is_operation()))
    }

    fn allows(&self, type_name: TypeName, access: Access) -> bool {
        self.type_name.is_none_or(|own| own == type_name)
            && (self.access == Some(access) || (self.access.is_none() && !is_operation(access)))
    }

    fn is_operation(&self) -> bool {
        self.access.is_some_and(is_operation)
    }
}

fn is_operation(access: Access) -> bool {
    matches!(access, Access::Operation(_))
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let context = match self.context {
            Context::System => "system",
            Context::User => "user",
        };
        let access = match self.access {
            Some(Access::Read) => "read",
            Some(Access::Write) => "write",
            Some(Access::Operation(name)) => name,
            None => "*",
        };
        write!(f, "{context}/{}.{access}", self.type_name.map_or("*", |TypeName(name)| name))
    }
}

/// A set of scopes, in the order they were asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// Reads scopes separated by spaces.
    ///
    /// # Errors
    ///
    /// At the first that is none.
    pub fn parse(text: &str) -> Result<Self, ScopeError> {
        let mut scopes = Vec::new();
        for word in text.split_ascii_whitespace() {
            let scope = Scope::parse(word)?;
            if !scopes.contains(&scope) {
                scopes.push(scope);
            }
        }
        Ok(Scopes(scopes))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of them allows `access` to a type.
    pub fn allow(&self, type_name: impl Into<TypeName>, access: Access) -> bool {
        let type_name = type_name.into();
        self.0.iter().any(|scope| scope.allows(type_name, access))
    }

    /// Whether one of them allows `access` to every type.
    pub fn allow_all(&self, access: Access) -> bool {
        self.0.iter().any(|scope| scope.type_name.is_none() && scope.access.is_none_or(|own| own == access))
    }

    /// The first scope of `self` that `allowed` does not cover. `*` is covered by `read` and `write` together.
    pub fn beyond(&self, allowed: &Scopes) -> Option<Scope> {
        self.0.iter().copied().find(|wanted| {
            let covered = |wanted: &Scope| allowed.0.iter().any(|own| own.covers(wanted));
            let parts = [Access::Read, Access::Write].map(|access| Scope { access: Some(access), ..*wanted });
            let by_parts = wanted.access.is_none() && parts.iter().all(covered);
            !(covered(wanted) || by_parts)
        })
    }

    /// The scope that would allow `access` to a type: what a refusal asks for.
    pub fn needed(type_name: impl Into<TypeName>, access: Access) -> Scope {
        Scope { context: Context::System, type_name: Some(type_name.into()), access: Some(access) }
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            scope.fmt(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes(text: &str) -> Scopes {
        Scopes::parse(text).unwrap()
    }

    #[test]
    fn a_scope_allows_its_type_and_access_and_no_other() {
        let granted = scopes("system/Patient.read user/Observation.*");
        assert!(granted.allow(ResourceType::PATIENT, Access::Read));
        assert!(!granted.allow(ResourceType::PATIENT, Access::Write));
        assert!(granted.allow(ResourceType::OBSERVATION, Access::Write));
        assert!(!granted.allow(ResourceType::APPOINTMENT, Access::Read));
        assert!(scopes("system/*.*").allow_all(Access::Write));
        assert!(!scopes("system/*.read").allow_all(Access::Write));
    }

    #[test]
    fn an_operation_needs_a_scope_of_its_own() {
        let reset = Access::Operation("send-reset-password-email");
        assert!(!scopes("system/*.* user/Practitioner.*").allow(ResourceType::PRACTITIONER, reset));
        let granted = scopes("user/Practitioner.send-reset-password-email");
        assert!(granted.allow(ResourceType::PRACTITIONER, reset));
        assert!(!granted.allow(ResourceType::PRACTITIONER, Access::Read));
        assert_eq!(granted.to_string(), "user/Practitioner.send-reset-password-email");
        assert!(granted.beyond(&scopes("user/*.*")).is_some());
        assert!(granted.beyond(&granted).is_none());
        assert!(Scopes::parse("user/Patient.send-reset-password-email").is_err());
        assert!(Scopes::parse("user/*.send-reset-password-email").is_err());
    }

    #[test]
    fn scopes_name_the_type_that_r4_does_not_know() {
        let allergen = TypeName::parse("Allergen").unwrap();
        assert!(scopes("system/Allergen.read").allow(allergen, Access::Read));
        assert!(scopes("system/*.read").allow(allergen, Access::Read));
        assert!(!scopes("system/AllergyIntolerance.read").allow(allergen, Access::Read));
    }

    #[test]
    fn what_is_no_scope_is_refused() {
        for text in [
            "Patient.read",
            "system/Patient",
            "system/Patient.fly",
            "system/Patiens.read",
            "openid",
            "patient/*.read",
            "system/.read",
        ] {
            assert!(Scopes::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn no_more_can_be_asked_for_than_is_allowed() {
        let beyond =
            |wanted: &str, allowed: &str| scopes(wanted).beyond(&scopes(allowed)).map(|s| s.to_string());
        assert_eq!(beyond("system/Patient.read", "system/*.read"), None);
        assert_eq!(beyond("system/Patient.*", "system/*.read system/Patient.write"), None);
        assert_eq!(beyond("system/Patient.*", "system/*.read"), Some("system/Patient.*".into()));
        assert_eq!(beyond("user/Patient.read", "system/*.*"), Some("user/Patient.read".into()));
        assert_eq!(beyond("system/*.read", "system/Patient.read"), Some("system/*.read".into()));
    }
}
