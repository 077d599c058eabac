//! Scopes of the form `system/Patient.read`: a context, a resource type or `*`, and `read`, `write` or `*`.

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
}

/// One scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    context: Context,
    /// `None` is `*`.
    resource_type: Option<ResourceType>,
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
            _ => return Err(malformed()),
        };
        let resource_type = match name {
            "*" => None,
            name => Some(ResourceType::from_name(name).ok_or_else(malformed)?),
        };
        Ok(Scope { context, resource_type, access })
    }

    fn covers(&self, other: &Scope) -> bool {
        self.context == other.context
            && (self.resource_type.is_none() || self.resource_type == other.resource_type)
            && (self.access.is_none() || self.access == other.access)
    }

    fn allows(&self, resource_type: ResourceType, access: Access) -> bool {
        self.resource_type.is_none_or(|own| own == resource_type)
            && self.access.is_none_or(|own| own == access)
    }
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
            None => "*",
        };
        write!(f, "{context}/{}.{access}", self.resource_type.map_or("*", ResourceType::name))
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

    /// Whether one of them allows `access` to `resource_type`.
    pub fn allow(&self, resource_type: ResourceType, access: Access) -> bool {
        self.0.iter().any(|scope| scope.allows(resource_type, access))
    }

    /// Whether one of them allows `access` to every type.
    pub fn allow_all(&self, access: Access) -> bool {
        self.0
            .iter()
            .any(|scope| scope.resource_type.is_none() && scope.access.is_none_or(|own| own == access))
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

    /// The scope that would allow `access` to `resource_type`: what a refusal asks for.
    pub fn needed(resource_type: ResourceType, access: Access) -> Scope {
        Scope { context: Context::System, resource_type: Some(resource_type), access: Some(access) }
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
