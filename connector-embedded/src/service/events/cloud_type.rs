//! The CloudEvents type of a legacy event, as Kyma makes it since 1.18
//! (`event-publisher-proxy/pkg/legacy-events`): prefix, application, event, version.

/// As Kyma's charts set it.
const PREFIX: &str = "sap.kyma.custom";

/// The label that takes the place of the application's name.
pub(super) const LABEL: &str = "application-type";

/// `sap.kyma.custom.<application>.<event>.<version>`: the application has letters and digits only, the event two parts
/// (a longer one is joined to the left of its last dot).
pub(super) fn cloud_type(application: &str, event: &str, version: &str) -> String {
    let plain: String = application.chars().filter(char::is_ascii_alphanumeric).collect();
    let event: String = event.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '.').collect();
    let event = match event.rsplit_once('.') {
        Some((object, operation)) => format!("{}.{operation}", object.replace('.', "")),
        None => event,
    };
    format!("{PREFIX}.{plain}.{event}.{version}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cleaned_and_long_events_joined() {
        let cases = [
            (("shop", "order.created", "v1"), "sap.kyma.custom.shop.order.created.v1"),
            (("my-shop_1", "order-x.created", "v2"), "sap.kyma.custom.myshop1.orderx.created.v2"),
            (("shop", "Account.Root.Contact.Changed", "v1"), "sap.kyma.custom.shop.AccountRootContact.Changed.v1"),
            (("shop", "plain", "v1"), "sap.kyma.custom.shop.plain.v1"),
        ];
        for ((application, event, version), expected) in cases {
            assert_eq!(cloud_type(application, event, version), expected);
        }
    }
}
