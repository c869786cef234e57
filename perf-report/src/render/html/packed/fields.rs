//! The fields of a struct, each as JSON by itself.

use std::fmt;

use serde::ser::{Impossible, SerializeStruct};
use serde::{Serialize, Serializer};

/// Hands the fields of `item`, which is a struct, to `to`: key and value as JSON. Those of `left_out`
/// are not even looked at.
pub(in super::super) fn fields(
    item: &impl Serialize,
    left_out: &[&str],
    to: impl FnMut(&'static str, &[u8]),
) {
    // What is no struct has no fields.
    let _ = item.serialize(Fields { left_out, scratch: Vec::new(), to });
}

struct Fields<'a, F> {
    left_out: &'a [&'a str],
    scratch: Vec<u8>,
    to: F,
}

/// A value that has no fields.
#[derive(Debug)]
struct NoStruct;

impl fmt::Display for NoStruct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a struct")
    }
}

impl std::error::Error for NoStruct {}

impl serde::ser::Error for NoStruct {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

impl<F: FnMut(&'static str, &[u8])> SerializeStruct for Fields<'_, F> {
    type Ok = ();
    type Error = NoStruct;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), NoStruct> {
        if self.left_out.contains(&key) {
            return Ok(());
        }
        self.scratch.clear();
        serde_json::to_writer(&mut self.scratch, value).map_err(|_| NoStruct)?;
        (self.to)(key, &self.scratch);
        Ok(())
    }

    fn end(self) -> Result<(), NoStruct> {
        Ok(())
    }
}

/// Refuses values of types that are no struct.
macro_rules! refused {
    ($($method:ident($($argument:ty),*);)*) => {$(
        fn $method(self $(, _: $argument)*) -> Result<(), NoStruct> {
            Err(NoStruct)
        }
    )*};
}

impl<F: FnMut(&'static str, &[u8])> Serializer for Fields<'_, F> {
    type Ok = ();
    type Error = NoStruct;
    type SerializeSeq = Impossible<(), NoStruct>;
    type SerializeTuple = Impossible<(), NoStruct>;
    type SerializeTupleStruct = Impossible<(), NoStruct>;
    type SerializeTupleVariant = Impossible<(), NoStruct>;
    type SerializeMap = Impossible<(), NoStruct>;
    type SerializeStruct = Self;
    type SerializeStructVariant = Impossible<(), NoStruct>;

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, NoStruct> {
        Ok(self)
    }

    refused! {
        serialize_bool(bool);
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_i32(i32);
        serialize_i64(i64);
        serialize_u8(u8);
        serialize_u16(u16);
        serialize_u32(u32);
        serialize_u64(u64);
        serialize_f32(f32);
        serialize_f64(f64);
        serialize_char(char);
        serialize_str(&str);
        serialize_bytes(&[u8]);
        serialize_none();
        serialize_unit();
        serialize_unit_struct(&'static str);
        serialize_unit_variant(&'static str, u32, &'static str);
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), NoStruct> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), NoStruct> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), NoStruct> {
        Err(NoStruct)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, NoStruct> {
        Err(NoStruct)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, NoStruct> {
        Err(NoStruct)
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, NoStruct> {
        Err(NoStruct)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, NoStruct> {
        Err(NoStruct)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, NoStruct> {
        Err(NoStruct)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, NoStruct> {
        Err(NoStruct)
    }
}
