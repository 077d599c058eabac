//! A version as its row has it, the body still compressed.

use super::{Row, body};
use crate::error::StoreError;
use crate::model::{Method, Version};
use fhir::{Head, ResourceType};
use std::sync::Arc;

/// A version whose body is decoded when it is wanted. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    resource_type: ResourceType,
    method: Method,
    version: u64,
    last_updated: i64,
    /// The id, and then what is stored of the body.
    bytes: Arc<[u8]>,
    id_length: usize,
    has_body: bool,
    /// The body, when it was decoded before.
    decoded: Option<Arc<[u8]>>,
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
        let mut bytes = Vec::with_capacity(id.len() + body.map_or(0, <[u8]>::len));
        bytes.extend_from_slice(id.as_bytes());
        bytes.extend_from_slice(body.unwrap_or_default());
        Stored {
            resource_type,
            method,
            version,
            last_updated,
            bytes: bytes.into(),
            id_length: id.len(),
            has_body: body.is_some(),
            decoded: None,
        }
    }
}

impl Stored {
    /// Whether it is a version of this resource.
    pub(crate) fn is_of(&self, resource_type: ResourceType, id: &str) -> bool {
        self.resource_type == resource_type && self.bytes.get(..self.id_length) == Some(id.as_bytes())
    }

    /// Its number.
    pub(crate) fn number(&self) -> u64 {
        self.version
    }

    /// How many bytes id and body take.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.len() + self.decoded.as_ref().map_or(0, |body| body.len())
    }

    /// Whether it need not be decoded any more.
    pub(crate) fn is_decoded(&self) -> bool {
        self.decoded.is_some() || !self.has_body
    }

    /// Keeps its decoded body.
    pub(crate) fn keep_decoded(&mut self, body: &[u8]) {
        self.decoded = Some(body.into());
    }

    /// The version of this resource, whose id it was kept with.
    pub(crate) fn decoded(&self, id: &str) -> Result<Version, StoreError> {
        let Stored { resource_type, method, version, last_updated, .. } = *self;
        if let Some(body) = &self.decoded {
            let body = Some(body.to_vec());
            return Ok(Version { resource_type, id: id.to_owned(), version, last_updated, method, body });
        }
        let body = self.bytes.get(self.id_length..).filter(|_| self.has_body);
        Columns { vid: 0, version, last_updated, method, body }.version(resource_type, id.to_owned())
    }
}
