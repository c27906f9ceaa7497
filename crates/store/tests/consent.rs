//! An opt-out is found under every spelling of an address, holds once, and leaves its trace when it ends.

use domain::{
    consent::{Consent, Extent, OptOut, Reason},
    contact::Identity,
    time::Timestamp,
};
use futures::executor::block_on;
use store::{
    consent::{self, Recorded},
    migration::migrate,
    native::{Database, Scratch},
    port::Sql,
};

fn new(id: &str, number: &str, extent: Extent, reason: Reason) -> Recorded {
    Recorded {
        id: id.to_owned(),
        channel: "sms".to_owned(),
        identity: Identity::new("phone", number),
        opt_out: OptOut { extent, reason },
        source: "m1".to_owned(),
        since: Timestamp(5),
    }
}

fn holds(sql: &Database, channel: &str, number: &str) -> Vec<OptOut> {
    block_on(consent::opt_outs(sql, channel, &Identity::new("phone", number))).unwrap()
}

#[test]
fn an_opt_out_holds_for_an_address_on_a_channel_until_it_is_lifted() {
    let scratch = Scratch::new();
    let sql = scratch.connect();
    block_on(migrate(&sql)).unwrap();
    let all = OptOut { extent: Extent::All, reason: Reason::Asked };
    block_on(async {
        consent::record(&sql, &new("1", "+5215512345678", Extent::All, Reason::Asked)).await.unwrap();
        consent::record(&sql, &new("2", "+525512345678", Extent::All, Reason::Refused)).await.unwrap();
    });
    assert_eq!(holds(&sql, "sms", "+5215512345678"), [all]);
    assert_eq!(holds(&sql, "sms", "+525512345678"), [all], "the same line, as others write it, once");
    assert_eq!(holds(&sql, "whatsapp", "+5215512345678"), []);
    assert_eq!(holds(&sql, "sms", "+34600123123"), []);

    let line = Identity::new("phone", "+525512345678");
    let said = |said| block_on(consent::lift(&sql, "sms", &line, said, Timestamp(9))).unwrap();
    said(None);
    assert_eq!(holds(&sql, "sms", "+525512345678"), [all], "who asked for silence only wrote");
    said(Some(Consent::In));
    assert_eq!(holds(&sql, "sms", "+5215512345678"), []);
    let lifted = block_on(sql.query("SELECT lifted_at_ms FROM opt_out", &[])).unwrap();
    assert_eq!(
        lifted.iter().map(|row| row.get::<i64>(0).unwrap()).collect::<Vec<_>>(),
        [9],
        "kept as a proof"
    );
}

#[test]
fn advertising_and_everything_are_two_things() {
    let scratch = Scratch::new();
    let sql = scratch.connect();
    block_on(async {
        migrate(&sql).await.unwrap();
        consent::record(&sql, &new("1", "+34600123123", Extent::Marketing, Reason::Refused)).await.unwrap();
        consent::record(&sql, &new("2", "+34600123123", Extent::All, Reason::Blocked)).await.unwrap();
    });
    assert_eq!(holds(&sql, "sms", "+34600123123").len(), 2);
    let line = Identity::new("phone", "+34600123123");
    block_on(consent::lift(&sql, "sms", &line, None, Timestamp(9))).unwrap();
    let left: Vec<Extent> =
        holds(&sql, "sms", "+34600123123").into_iter().map(|opt_out| opt_out.extent).collect();
    assert_eq!(left, [Extent::Marketing], "who writes again does not block us any more");
    assert!(block_on(consent::end(&sql, "1", Timestamp(9))).unwrap());
    assert!(!block_on(consent::end(&sql, "1", Timestamp(9))).unwrap(), "it had ended");
}
