//! What happens to whole machines: they end, their clocks jump, and the database is away.

use crate::{
    center::Center,
    host::{Node, outside},
    platform,
    setup::HOSTS,
};
use std::rc::Rc;

/// Farther than the clocks of two machines are apart.
pub(crate) const JUMP: i64 = 3_000;

/// Asks a machine each second to do what is due, now and then two at the same time.
pub(crate) async fn ticks(center: Rc<Center>) {
    loop {
        center.agenda.sleep(1_000).await;
        let count = if center.dice.chance(0.2) { 2 } else { 1 };
        for _ in 0..count {
            let host = usize::try_from(center.dice.within(0..=2)).unwrap_or(0) % HOSTS;
            let machine = &center.hosts[host];
            if !machine.is_up.get() || machine.is_ticking.replace(true) {
                continue;
            }
            let node = Node { center: center.clone(), host };
            let center = center.clone();
            outside(&center.clone(), async move {
                // The clock does not mind: the next tick comes.
                let _ = node.call(30_000, platform::tick(node.clone())).await;
                center.hosts[host].is_ticking.set(false);
            });
        }
    }
}

pub(crate) async fn weather(center: Rc<Center>) {
    let (agenda, dice) = (&center.agenda, &center.dice);
    const STEP: i64 = 2_000;
    let per_step = |per_minute: f64| per_minute * 2.0 / 60.0;
    loop {
        agenda.sleep(STEP).await;
        let faults = center.faults.get();
        for host in 0..HOSTS {
            let machine = &center.hosts[host];
            if dice.chance(per_step(faults.host_crash)) && machine.is_up.get() {
                center.fault("a machine ends:", &host.to_string());
                machine.is_up.set(false);
                agenda.kill(host);
                let (center, away) = (center.clone(), dice.within(500..=20_000));
                outside(&center.clone(), async move {
                    center.agenda.sleep(away).await;
                    center.hosts[host].restart(&center.dice);
                });
            }
            if dice.chance(per_step(faults.clock_jump)) {
                machine.offset.set(dice.within(-JUMP..=JUMP));
                center.fault("a clock jumps to", &machine.offset.get().to_string());
            }
        }
        if dice.chance(per_step(faults.outage)) {
            let until = agenda.now() + dice.within(500..=12_000);
            center.database.away_until.set(until);
            center.fault("the database is away", "for a while");
            center.fault_at.set(until);
        }
    }
}
