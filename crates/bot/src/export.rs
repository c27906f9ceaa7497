//! `bot::export!(MyBot)`: makes the crate a bot component, and its `dialogues/*.txt` its tests.

/// Exports a [`Bot`](crate::Bot) as the component's step function. In tests it adds one test,
/// `dialogues`, that plays every transcript of the crate's `dialogues` folder.
#[macro_export]
macro_rules! export {
    ($bot:ty) => {
        $crate::export_step!($crate::run::step::<$bot>);

        #[cfg(test)]
        #[test]
        fn dialogues() {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/dialogues");
            $crate::transcript::check_folder(&$crate::run::step::<$bot>, folder.as_ref());
        }
    };
}

/// Exports a function as the component's step function: for a bot that is not written with
/// [`Bot`](crate::Bot).
#[macro_export]
macro_rules! export_step {
    ($step:expr) => {
        #[cfg(target_family = "wasm")]
        mod component {
            use super::*;

            struct Component;

            impl $crate::step::Guest for Component {
                fn step(event: $crate::step::Event, context: $crate::step::Context) -> $crate::step::Turn {
                    ($step)(event, &context)
                }
            }

            $crate::wit::export_conversation!(Component with_types_in $crate::wit);
        }

        // Natively nothing runs a bot but its tests; it is still to be used, for the compiler.
        #[cfg(not(any(test, target_family = "wasm")))]
        const _: fn($crate::step::Event, &$crate::step::Context) -> $crate::step::Turn = $step;
    };
}
