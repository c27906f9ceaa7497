//! A supervisor: changes priorities, promises calls back and takes them back.

use crate::{
    center::Center,
    host::{Node, request},
    platform::attempt,
};
use api::request::{AskCallback, Prioritise};
use desk::interaction;
use shell::failure::Failure;
use std::rc::Rc;

/// Few enough that two contacts want a call at the same one.
const NUMBERS: [&str; 3] = ["+34600000001", "+34600000002", "+34600000003"];

pub(crate) async fn supervise(center: Rc<Center>) {
    loop {
        center.agenda.sleep(center.dice.within(5_000..=30_000)).await;
        if center.calm.get() {
            continue;
        }
        let (wish, draw) = (center.dice.within(0..=3), center.dice.within(0..=999));
        let phone = center.dice.pick(&NUMBERS).map(|phone| (*phone).to_owned()).unwrap_or_default();
        let steer = async move |node: Node| {
            let (sql, now) = (node.connect(), node.now());
            let waiting = store::interaction::waiting(&sql).await?;
            let place = usize::try_from(draw).unwrap_or_default() % waiting.len().max(1);
            let Some(view) = waiting.into_iter().nth(place) else { return Ok(()) };
            let done = match wish {
                0 => {
                    let wish = Prioritise { priority: Some(5), older_by_ms: 30_000 };
                    interaction::prioritise(&sql, now, None, &view.id, &wish).await?
                }
                1 => interaction::cancel_callback(&sql, now, &view.id).await?,
                _ => {
                    let wish = AskCallback { phone, after_ms: 10_000 };
                    interaction::ask_callback(&sql, now, &view.id, &wish).await?
                }
            };
            attempt(&node, done.work);
            Ok(())
        };
        if let Some(Err(Failure::Broken(text))) = request(&center, steer).await {
            center.violate("nothing breaks", text);
        }
    }
}
