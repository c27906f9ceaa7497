//! `policy::export!(MyPolicy)`: makes the crate a policy component.

/// Exports a [`Policy`](crate::Policy) as the component's `centralita:routing/routing`.
#[macro_export]
macro_rules! export {
    ($policy:ty) => {
        #[cfg(target_family = "wasm")]
        mod component {
            use super::*;

            struct Component;

            impl $crate::guest::Guest for Component {
                fn assign(snapshot: $crate::guest::Snapshot) -> Vec<$crate::guest::Assignment> {
                    $crate::guest::assign::<$policy>(snapshot)
                }
            }

            $crate::guest::export_policy!(Component with_types_in $crate::guest::bindings);
        }

        // Natively nothing runs a policy but its tests; it is still to be used, for the compiler.
        #[cfg(not(target_family = "wasm"))]
        const _: fn(
            &$crate::domain::routing::Snapshot,
            &[Vec<usize>],
        ) -> Vec<$crate::domain::routing::Assignment> = <$policy as $crate::Policy>::assign;
    };
}
