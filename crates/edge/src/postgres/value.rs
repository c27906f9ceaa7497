//! Values between a guest and the server, in PostgreSQL's binary format.
//!
//! As strict as Spin: a parameter must have the type the statement expects, so `$1` of a `bigint`
//! column takes an `int64` and not an `int32`. Columns of other types than the interface has must
//! be cast; that is said before the statement runs.

use crate::bindings::spin::postgres::postgres::{
    Column, DbDataType, DbValue, Error, Interval, ParameterValue, RangeBoundKind,
};
use bytes::{BufMut as _, BytesMut};
use chrono::{DateTime, Datelike as _, NaiveDate, NaiveDateTime, NaiveTime, Timelike as _, Utc};
use postgres_protocol::types as protocol;
use rust_decimal::Decimal;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, accepts, to_sql_checked};
use tokio_postgres::{Row, Statement};
use uuid::Uuid;

type Boxed = Box<dyn ToSql + Send + Sync>;
type Cause = Box<dyn std::error::Error + Send + Sync>;
type Bound<T> = Option<(T, RangeBoundKind)>;

/// The parameters of `statement`, each of the type it expects.
pub(super) fn encode(values: Vec<ParameterValue>, statement: &Statement) -> Result<Vec<Boxed>, Error> {
    let expected = statement.params();
    if expected.len() != values.len() {
        let (given, wanted) = (values.len(), expected.len());
        return Err(Error::BadParameter(format!(
            "{given} parameters were given, the statement has {wanted}"
        )));
    }
    let parameters = values.into_iter().zip(expected).enumerate();
    parameters
        .map(|(index, (value, expected))| {
            let kind = kind(&value);
            let number = index + 1;
            match parameter(value, expected) {
                Ok(Some(parameter)) => Ok(parameter),
                Ok(None) => Err(format!("parameter ${number} is {kind}, the statement expects {expected}")),
                Err(reason) => Err(format!("parameter ${number} is no valid {kind}: {reason}")),
            }
            .map_err(Error::BadParameter)
        })
        .collect()
}

/// `None` if the types do not fit.
fn parameter(value: ParameterValue, expected: &Type) -> Result<Option<Boxed>, String> {
    fn boxed<T: ToSql + Send + Sync + 'static>(value: T, expected: &Type) -> Option<Boxed> {
        T::accepts(expected).then(|| Box::new(value) as Boxed)
    }
    type V = ParameterValue;
    Ok(match value {
        V::Boolean(value) => boxed(value, expected),
        V::Int8(value) => boxed(value, expected),
        V::Int16(value) => boxed(value, expected),
        V::Int32(value) => boxed(value, expected),
        V::Int64(value) => boxed(value, expected),
        V::Floating32(value) => boxed(value, expected),
        V::Floating64(value) => boxed(value, expected),
        V::Str(value) => boxed(value, expected),
        V::Binary(value) => boxed(value, expected),
        V::Date(value) => boxed(date(value)?, expected),
        V::Time(value) => boxed(time(value)?, expected),
        V::Datetime((year, month, day, hour, minute, second, nanosecond)) => {
            let instant =
                NaiveDateTime::new(date((year, month, day))?, time((hour, minute, second, nanosecond))?);
            boxed(instant, expected).or_else(|| boxed(instant.and_utc(), expected))
        }
        V::Timestamp(seconds) => {
            let instant = DateTime::<Utc>::from_timestamp(seconds, 0).ok_or("it is out of range")?;
            boxed(instant, expected)
        }
        V::Uuid(text) => boxed(Uuid::parse_str(&text).map_err(|error| error.to_string())?, expected),
        V::Jsonb(bytes) => boxed(Json(bytes), expected),
        V::Decimal(text) => boxed(decimal(&text)?, expected),
        V::RangeInt32((lower, upper)) => boxed(Range { lower, upper }, expected),
        V::RangeInt64((lower, upper)) => boxed(Range { lower, upper }, expected),
        V::RangeDecimal((lower, upper)) => {
            let bound = |bound: Bound<String>| match bound {
                Some((text, kind)) => decimal(&text).map(|value| Some((value, kind))),
                None => Ok(None),
            };
            boxed(Range { lower: bound(lower)?, upper: bound(upper)? }, expected)
        }
        V::ArrayInt32(values) => boxed(values, expected),
        V::ArrayInt64(values) => boxed(values, expected),
        V::ArrayStr(values) => boxed(values, expected),
        V::ArrayDecimal(values) => {
            let values = values.into_iter().map(|value| value.map(|text| decimal(&text)).transpose());
            boxed(values.collect::<Result<Vec<_>, _>>()?, expected)
        }
        V::Interval(value) => boxed(value, expected),
        V::DbNull => Some(Box::new(Null)),
    })
}

fn kind(value: &ParameterValue) -> &'static str {
    type V = ParameterValue;
    match value {
        V::Boolean(_) => "boolean",
        V::Int8(_) => "int8 (one byte)",
        V::Int16(_) => "int16",
        V::Int32(_) => "int32",
        V::Int64(_) => "int64",
        V::Floating32(_) => "floating32",
        V::Floating64(_) => "floating64",
        V::Str(_) => "str",
        V::Binary(_) => "binary",
        V::Date(_) => "date",
        V::Time(_) => "time",
        V::Datetime(_) => "datetime",
        V::Timestamp(_) => "timestamp",
        V::Uuid(_) => "uuid",
        V::Jsonb(_) => "jsonb",
        V::Decimal(_) => "decimal",
        V::RangeInt32(_) => "range-int32",
        V::RangeInt64(_) => "range-int64",
        V::RangeDecimal(_) => "range-decimal",
        V::ArrayInt32(_) => "array-int32",
        V::ArrayInt64(_) => "array-int64",
        V::ArrayDecimal(_) => "array-decimal",
        V::ArrayStr(_) => "array-str",
        V::Interval(_) => "interval",
        V::DbNull => "null",
    }
}

fn date((year, month, day): (i32, u8, u8)) -> Result<NaiveDate, String> {
    NaiveDate::from_ymd_opt(year, month.into(), day.into()).ok_or(format!("{year}-{month}-{day}"))
}

fn time((hour, minute, second, nanosecond): (u8, u8, u8, u32)) -> Result<NaiveTime, String> {
    NaiveTime::from_hms_nano_opt(hour.into(), minute.into(), second.into(), nanosecond)
        .ok_or(format!("{hour}:{minute}:{second}.{nanosecond:09}"))
}

fn decimal(text: &str) -> Result<Decimal, String> {
    Decimal::from_str_exact(text).map_err(|error| error.to_string())
}

/// The columns of `statement`, or the first one that the interface has no type for.
pub(super) fn columns(statement: &Statement) -> Result<Vec<Column>, Error> {
    let column = |column: &tokio_postgres::Column| {
        let (name, kind) = (column.name(), column.type_());
        let data_type = data_type(kind).ok_or_else(|| {
            let text = format!(
                "column `{name}` is of type {kind}, which has no counterpart: cast it, for example to text"
            );
            Error::ValueConversionFailed(text)
        })?;
        Ok(Column { name: name.to_owned(), data_type })
    };
    statement.columns().iter().map(column).collect()
}

fn data_type(kind: &Type) -> Option<DbDataType> {
    Some(match *kind {
        Type::BOOL => DbDataType::Boolean,
        Type::CHAR => DbDataType::Int8,
        Type::INT2 => DbDataType::Int16,
        Type::INT4 => DbDataType::Int32,
        Type::INT8 => DbDataType::Int64,
        Type::FLOAT4 => DbDataType::Floating32,
        Type::FLOAT8 => DbDataType::Floating64,
        Type::TEXT | Type::VARCHAR | Type::BPCHAR => DbDataType::Str,
        Type::BYTEA => DbDataType::Binary,
        Type::DATE => DbDataType::Date,
        Type::TIME => DbDataType::Time,
        Type::TIMESTAMP | Type::TIMESTAMPTZ => DbDataType::Datetime,
        Type::UUID => DbDataType::Uuid,
        Type::JSONB => DbDataType::Jsonb,
        Type::NUMERIC => DbDataType::Decimal,
        Type::INT4_RANGE => DbDataType::RangeInt32,
        Type::INT8_RANGE => DbDataType::RangeInt64,
        Type::NUM_RANGE => DbDataType::RangeDecimal,
        Type::INT4_ARRAY => DbDataType::ArrayInt32,
        Type::INT8_ARRAY => DbDataType::ArrayInt64,
        Type::NUMERIC_ARRAY => DbDataType::ArrayDecimal,
        Type::TEXT_ARRAY | Type::VARCHAR_ARRAY | Type::BPCHAR_ARRAY => DbDataType::ArrayStr,
        Type::INTERVAL => DbDataType::Interval,
        // What `SELECT pg_notify(...)` gives: nothing.
        Type::VOID => DbDataType::Other("void".into()),
        _ => return None,
    })
}

/// The values of one row.
pub(super) fn decode(row: &Row) -> Result<Vec<DbValue>, Error> {
    let value = |index: usize| {
        value(row, index).map_err(|error| {
            let column = &row.columns()[index];
            let cause = std::error::Error::source(&error).map_or(error.to_string(), ToString::to_string);
            let text = format!("column `{}` of type {}: {cause}", column.name(), column.type_());
            Error::ValueConversionFailed(text)
        })
    };
    (0..row.len()).map(value).collect()
}

fn value(row: &Row, index: usize) -> Result<DbValue, tokio_postgres::Error> {
    fn get<'a, T: FromSql<'a>>(
        row: &'a Row,
        index: usize,
        value: impl FnOnce(T) -> DbValue,
    ) -> Result<DbValue, tokio_postgres::Error> {
        Ok(row.try_get::<_, Option<T>>(index)?.map_or(DbValue::DbNull, value))
    }
    let text = |value: Decimal| value.to_string();
    match *row.columns()[index].type_() {
        Type::BOOL => get(row, index, DbValue::Boolean),
        Type::CHAR => get(row, index, DbValue::Int8),
        Type::INT2 => get(row, index, DbValue::Int16),
        Type::INT4 => get(row, index, DbValue::Int32),
        Type::INT8 => get(row, index, DbValue::Int64),
        Type::FLOAT4 => get(row, index, DbValue::Floating32),
        Type::FLOAT8 => get(row, index, DbValue::Floating64),
        Type::TEXT | Type::VARCHAR | Type::BPCHAR => get(row, index, DbValue::Str),
        Type::BYTEA => get(row, index, DbValue::Binary),
        Type::DATE => get(row, index, |value| DbValue::Date(date_fields(value))),
        Type::TIME => get(row, index, |value| DbValue::Time(time_fields(value))),
        Type::TIMESTAMP => get(row, index, datetime),
        Type::TIMESTAMPTZ => get(row, index, |value: DateTime<Utc>| datetime(value.naive_utc())),
        Type::UUID => get(row, index, |value: Uuid| DbValue::Uuid(value.to_string())),
        Type::JSONB => get(row, index, |value: Json| DbValue::Jsonb(value.0)),
        Type::NUMERIC => get(row, index, |value| DbValue::Decimal(text(value))),
        Type::INT4_RANGE => {
            get(row, index, |range: Range<i32>| DbValue::RangeInt32((range.lower, range.upper)))
        }
        Type::INT8_RANGE => {
            get(row, index, |range: Range<i64>| DbValue::RangeInt64((range.lower, range.upper)))
        }
        Type::NUM_RANGE => get(row, index, |range: Range<Decimal>| {
            let bound = |bound: Bound<Decimal>| bound.map(|(value, kind)| (text(value), kind));
            DbValue::RangeDecimal((bound(range.lower), bound(range.upper)))
        }),
        Type::INT4_ARRAY => get(row, index, DbValue::ArrayInt32),
        Type::INT8_ARRAY => get(row, index, DbValue::ArrayInt64),
        Type::NUMERIC_ARRAY => get(row, index, |values: Vec<Option<Decimal>>| {
            DbValue::ArrayDecimal(values.into_iter().map(|value| value.map(text)).collect())
        }),
        Type::TEXT_ARRAY | Type::VARCHAR_ARRAY | Type::BPCHAR_ARRAY => get(row, index, DbValue::ArrayStr),
        Type::INTERVAL => get(row, index, DbValue::Interval),
        // Only `void` gets here: `columns` refused the others.
        _ => Ok(DbValue::Unsupported(Vec::new())),
    }
}

fn date_fields(value: NaiveDate) -> (i32, u8, u8) {
    (value.year(), small(value.month()), small(value.day()))
}

fn time_fields(value: NaiveTime) -> (u8, u8, u8, u32) {
    (small(value.hour()), small(value.minute()), small(value.second()), value.nanosecond())
}

fn datetime(value: NaiveDateTime) -> DbValue {
    let (year, month, day) = date_fields(value.date());
    let (hour, minute, second, nanosecond) = time_fields(value.time());
    DbValue::Datetime((year, month, day, hour, minute, second, nanosecond))
}

/// A part of a date or a time, which is at most 59.
fn small(part: u32) -> u8 {
    u8::try_from(part).unwrap_or(u8::MAX)
}

#[derive(Debug)]
struct Null;

impl ToSql for Null {
    fn to_sql(&self, _: &Type, _: &mut BytesMut) -> Result<IsNull, Cause> {
        Ok(IsNull::Yes)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// JSON as text. The server checks it.
#[derive(Debug)]
struct Json(Vec<u8>);

/// How `jsonb` travels: its version, then text.
const JSONB_VERSION: u8 = 1;

impl ToSql for Json {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Cause> {
        if *kind == Type::JSONB {
            out.put_u8(JSONB_VERSION);
        }
        out.extend_from_slice(&self.0);
        Ok(IsNull::No)
    }

    accepts!(JSON, JSONB);
    to_sql_checked!();
}

impl FromSql<'_> for Json {
    fn from_sql(_: &Type, raw: &[u8]) -> Result<Self, Cause> {
        match raw.split_first() {
            Some((&JSONB_VERSION, text)) => Ok(Self(text.to_vec())),
            _ => Err("an unknown version of jsonb".into()),
        }
    }

    accepts!(JSONB);
}

impl ToSql for Interval {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Cause> {
        out.put_i64(self.micros);
        out.put_i32(self.days);
        out.put_i32(self.months);
        Ok(IsNull::No)
    }

    accepts!(INTERVAL);
    to_sql_checked!();
}

impl FromSql<'_> for Interval {
    fn from_sql(_: &Type, raw: &[u8]) -> Result<Self, Cause> {
        let raw: &[u8; 16] = raw.try_into()?;
        let (micros, rest) = raw.split_first_chunk().ok_or("no interval")?;
        let (days, months) = rest.split_first_chunk().ok_or("no interval")?;
        Ok(Self {
            micros: i64::from_be_bytes(*micros),
            days: i32::from_be_bytes(*days),
            months: i32::from_be_bytes(months.try_into()?),
        })
    }

    accepts!(INTERVAL);
}

/// A range that is not empty.
#[derive(Debug)]
struct Range<T> {
    lower: Bound<T>,
    upper: Bound<T>,
}

/// What ranges are made of.
trait Ranged: ToSql + for<'a> FromSql<'a> {
    const RANGE: Type;
    const ELEMENT: Type;
}

impl Ranged for i32 {
    const RANGE: Type = Type::INT4_RANGE;
    const ELEMENT: Type = Type::INT4;
}

impl Ranged for i64 {
    const RANGE: Type = Type::INT8_RANGE;
    const ELEMENT: Type = Type::INT8;
}

impl Ranged for Decimal {
    const RANGE: Type = Type::NUM_RANGE;
    const ELEMENT: Type = Type::NUMERIC;
}

impl<T: Ranged> ToSql for Range<T> {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Cause> {
        fn put<T: Ranged>(
            bound: &Bound<T>,
            out: &mut BytesMut,
        ) -> Result<protocol::RangeBound<postgres_protocol::IsNull>, Cause> {
            let Some((value, kind)) = bound else { return Ok(protocol::RangeBound::Unbounded) };
            value.to_sql(&T::ELEMENT, out)?;
            Ok(match kind {
                RangeBoundKind::Inclusive => protocol::RangeBound::Inclusive(postgres_protocol::IsNull::No),
                RangeBoundKind::Exclusive => protocol::RangeBound::Exclusive(postgres_protocol::IsNull::No),
            })
        }
        protocol::range_to_sql(|out| put(&self.lower, out), |out| put(&self.upper, out), out)?;
        Ok(IsNull::No)
    }

    fn accepts(kind: &Type) -> bool {
        *kind == T::RANGE
    }

    to_sql_checked!();
}

impl<'a, T: Ranged> FromSql<'a> for Range<T> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Cause> {
        fn get<T: Ranged>(bound: &protocol::RangeBound<Option<&[u8]>>) -> Result<Bound<T>, Cause> {
            let (raw, kind) = match *bound {
                protocol::RangeBound::Inclusive(raw) => (raw, RangeBoundKind::Inclusive),
                protocol::RangeBound::Exclusive(raw) => (raw, RangeBoundKind::Exclusive),
                protocol::RangeBound::Unbounded => return Ok(None),
            };
            Ok(Some((T::from_sql(&T::ELEMENT, raw.ok_or("a bound is null")?)?, kind)))
        }
        match protocol::range_from_sql(raw)? {
            protocol::Range::Empty => Err("an empty range cannot be told from an unbounded one".into()),
            protocol::Range::Nonempty(lower, upper) => Ok(Self { lower: get(&lower)?, upper: get(&upper)? }),
        }
    }

    fn accepts(kind: &Type) -> bool {
        *kind == T::RANGE
    }
}
