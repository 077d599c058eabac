//! A version as its row has it, the body still compressed.

use super::{Row, body};
use crate::error::StoreError;
use crate::model::{Method, Stamp, Version};
use fhir::{Head, ResourceType};
use std::sync::Arc;

/// A version whose body is decoded when it is wanted. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    resource_type: ResourceType,
    method: Method,
    version: u64,
    last_updated: i64,
    /// The id, and then the body, in one piece: they are looked at together.
    bytes: Arc<[u8]>,
    id_length: usize,
    body: Form,
}

/// What there is of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Nothing: it is a deletion.
    None,
    /// What is stored of it.
    Encoded,
    /// The body itself.
    Decoded,
}

/// The columns of a row: `vid, version, last_updated, method, body`.
pub(crate) struct Columns<'r> {
    pub(crate) vid: i64,
    pub(crate) version: u64,
    pub(crate) last_updated: i64,
    pub(crate) method: Method,
    pub(crate) body: Option<&'r [u8]>,
}

impl<'r> Columns<'r> {
    /// Reads them.
    pub(crate) fn of(row: &'r dyn Row) -> Result<Self, StoreError> {
        let method = Method::from_code(row.int(3)?).ok_or_else(|| StoreError::corrupt("unknown method"))?;
        let version = u64::try_from(row.int(1)?).map_err(|_| StoreError::corrupt("negative version"))?;
        Ok(Columns {
            vid: row.int(0)?,
            version,
            last_updated: row.int(2)?,
            method,
            body: row.optional_bytes(4)?,
        })
    }

    /// The version that they are of.
    pub(crate) fn version(&self, resource_type: ResourceType, id: String) -> Result<Version, StoreError> {
        let Columns { version, last_updated, method, body, .. } = *self;
        let head = Head { resource_type, id: &id, version, last_updated };
        let body = body.map(|stored| body::decode(stored, &head)).transpose()?;
        Ok(Version { resource_type, id, version, last_updated, method, body })
    }

    /// The same, to be kept.
    pub(crate) fn stored(&self, resource_type: ResourceType, id: &str) -> Stored {
        let Columns { version, last_updated, method, body, .. } = *self;
        Stored {
            resource_type,
            method,
            version,
            last_updated,
            bytes: [id.as_bytes(), body.unwrap_or_default()].concat().into(),
            id_length: id.len(),
            body: if body.is_some() { Form::Encoded } else { Form::None },
        }
    }
}

impl Stored {
    /// Whether it is a version of this resource.
    pub(crate) fn is_of(&self, resource_type: ResourceType, id: &str) -> bool {
        self.resource_type == resource_type && self.bytes.get(..self.id_length) == Some(id.as_bytes())
    }

    /// Its stamp.
    pub(crate) fn stamp(&self) -> Stamp {
        Stamp { version: self.version, last_updated: self.last_updated }
    }

    /// How many bytes id and body take.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Whether it need not be decoded any more.
    pub(crate) fn is_decoded(&self) -> bool {
        self.body != Form::Encoded
    }

    /// Keeps its decoded body in place of what is stored of it.
    pub(crate) fn keep_decoded(&mut self, body: &[u8]) {
        let id = self.bytes.get(..self.id_length).unwrap_or_default();
        self.bytes = [id, body].concat().into();
        self.body = Form::Decoded;
    }

    /// The version of this resource, whose id it was kept with.
    pub(crate) fn decoded(&self, id: &str) -> Result<Version, StoreError> {
        let Stored { resource_type, method, version, last_updated, .. } = *self;
        let body = self.bytes.get(self.id_length..).filter(|_| self.body != Form::None);
        if self.body == Form::Decoded {
            let (id, body) = (id.to_owned(), body.map(<[u8]>::to_vec));
            return Ok(Version { resource_type, id, version, last_updated, method, body });
        }
        Columns { vid: 0, version, last_updated, method, body }.version(resource_type, id.to_owned())
    }
}
