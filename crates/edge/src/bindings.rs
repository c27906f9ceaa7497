//! The Spin interfaces this host implements, as `bindgen!` reads them from `wit/deps`.
//!
//! What WIT calls `async` becomes a function that does not hold the instance while it waits. Only
//! the old blocking twins of `spin:sqlite` and `spin:postgres` do, which spin-sdk 7 never calls.

use crate::grants::Grants;
use wasmtime::component::{HasData, ResourceTable};

wasmtime::component::bindgen!({
    path: [
        "../../wit/deps/spin-key-value@3.0.0",
        "../../wit/deps/spin-postgres@4.2.0",
        "../../wit/deps/spin-sqlite@3.1.0",
        "../../wit/deps/spin-variables@3.0.0",
    ],
    inline: "
        package centralita:host;
        world imports {
            import spin:key-value/key-value@3.0.0;
            import spin:postgres/postgres@4.2.0;
            import spin:sqlite/sqlite@3.1.0;
            import spin:variables/variables@3.0.0;
        }
    ",
    imports: {
        "spin:postgres/postgres.[method]connection-builder.build": async | trappable,
        "spin:postgres/postgres.[static]connection.open": async | trappable,
        "spin:postgres/postgres.[method]connection.execute": async | trappable,
        "spin:postgres/postgres.[method]connection.query": async | trappable,
        "spin:sqlite/sqlite.[static]connection.open": async | trappable,
        "spin:sqlite/sqlite.[method]connection.changes": async | trappable,
        "spin:sqlite/sqlite.[method]connection.execute": async | trappable,
        "spin:sqlite/sqlite.[method]connection.last-insert-rowid": async | trappable,
        default: trappable,
    },
    with: {
        "spin:key-value/key-value.store": crate::key_value::Store,
        "spin:postgres/postgres.connection": crate::postgres::Connection,
        "spin:postgres/postgres.connection-builder": crate::postgres::Builder,
        "spin:sqlite/sqlite.connection": crate::sqlite::Connection,
    },
    require_store_data_send: true,
});

/// What the Spin interfaces see of an instance.
pub struct SpinView<'a> {
    pub table: &'a mut ResourceTable,
    pub grants: &'a Grants,
}

/// Names [`SpinView`] for `bindgen!`.
pub struct Spin;

impl HasData for Spin {
    type Data<'a> = SpinView<'a>;
}
