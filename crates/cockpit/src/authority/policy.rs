//! The policy: what the Connector signs, for how long, and what revoking does. Its rules are the Connector's; here they
//! are shown and carried.

use super::wire::PolicyFaults;
use crate::{
    Cockpit, Problem,
    calls::{CallContext, Nothing, Policy, PolicyOutcome, PolicyView},
};

/// As long as any text in a policy can be; the Connector's own limits are lower and named in its refusal.
const LONGEST: usize = 1024;

impl Cockpit {
    pub(crate) async fn policy(&self, call: CallContext, _: Nothing) -> Result<PolicyView, Problem> {
        self.authority_session(call)?.policy().await.map(Into::into)
    }

    pub(crate) async fn set_policy(&self, call: CallContext, policy: Policy) -> Result<PolicyOutcome, Problem> {
        let subject = &policy.subject;
        let texts = [
            &subject.organization,
            &subject.organizational_unit,
            &subject.locality,
            &subject.province,
            &subject.country,
        ];
        if texts.into_iter().chain(&policy.keys.curves).any(|text| text.len() > LONGEST) {
            return Err(Problem::invalid(format!("A text of the policy has more than {LONGEST} bytes.")));
        }
        Ok(match self.authority_session(call)?.set_policy(&policy).await? {
            Ok(answer) => {
                tracing::info!("policy changed");
                self.note_certificate_lifetime(answer.policy.lifetimes.application_seconds);
                PolicyOutcome { view: Some(answer.into()), errors: Vec::new() }
            }
            Err(PolicyFaults { errors }) => PolicyOutcome { view: None, errors },
        })
    }
}
