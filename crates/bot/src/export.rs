//! `bot::export!(MyBot)`: makes the crate a bot component, and its `dialogues/*.txt` its tests.

/// Exports a [`Bot`](crate::Bot) as the component's step function. In tests it adds one test,
/// `dialogues`, that plays every transcript of the crate's `dialogues` folder.
#[macro_export]
macro_rules! export {
    ($bot:ty) => {
        #[cfg(target_family = "wasm")]
        mod component {
            use super::*;

            struct Component;

            impl $crate::guest::Guest for Component {
                fn step(
                    event: $crate::guest::Event,
                    context: $crate::guest::Context,
                ) -> $crate::guest::Turn {
                    $crate::talk::step::<$bot>(event.into(), &context.into()).into()
                }
            }

            $crate::guest::export_conversation!(Component with_types_in $crate::guest::bindings);
        }

        // Natively nothing runs a bot but its tests; it is still to be used, for the compiler.
        #[cfg(not(any(test, target_family = "wasm")))]
        const _: fn($crate::step::Event, &$crate::step::Context) -> $crate::step::Turn =
            $crate::talk::step::<$bot>;

        #[cfg(test)]
        #[test]
        fn dialogues() {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/dialogues");
            $crate::transcript::check_folder::<$bot>(folder.as_ref());
        }
    };
}
