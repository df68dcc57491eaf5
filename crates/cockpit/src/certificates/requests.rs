//! The helper for signing requests: what a dropped text is, whether the Connector would sign it, and signing it here.
//! Nothing of it is kept.

use keys::KeyFault;
use pairing::{ErrorCode, Subject, csr};
use x509_parser::{prelude::FromDer as _, x509::SubjectPublicKeyInfo};

use super::{browsing::detail, decoded, dropped::Dropped, request_command::RequestCommand};
use crate::{
    Cockpit, Problem,
    calls::{
        CallContext, CertificateDetail, CheckRequest, Policy, RequestKind, RequestReport, RequestVerdict, SignRequest,
        SubjectField,
    },
    cockpit::lock,
};

/// What a request is held to. Each part may be unknown.
struct Expected {
    subject: Option<Subject>,
    common_name: Option<String>,
    keys: csr::KeyRules,
}

impl Cockpit {
    pub(crate) async fn check_request(&self, call: CallContext, input: CheckRequest) -> Result<RequestReport, Problem> {
        let of_pairing = input.pairing_id.and_then(|id| lock(&self.pairings).system_auth_of(&id).map(str::to_owned));
        let common_name = input.system_auth_id.map(|id| id.into_inner()).or(of_pairing).filter(|id| !id.is_empty());
        // Without a server, or with one that does not show its policy, the key and the signature can still be checked.
        let policy = match self.inventory(call) {
            Ok((_, inventory)) => inventory.authority().policy().await.ok().map(|answer| answer.policy),
            Err(_) => None,
        };
        let may_sign = policy.is_some();
        let expected = Expected {
            subject: policy.as_ref().map(subject),
            common_name,
            keys: policy.as_ref().map(key_rules).unwrap_or_default(),
        };
        let text = input.text.into_inner();
        let report = tokio::task::spawn_blocking(move || report(Dropped::recognise(&text), &expected, may_sign));
        report.await.map_err(|_| Problem::invalid("This could not be looked at."))
    }

    pub(crate) async fn sign_request(
        &self,
        call: CallContext,
        input: SignRequest,
    ) -> Result<CertificateDetail, Problem> {
        let (_, inventory) = self.inventory(call)?;
        let Dropped::Request(der) = Dropped::recognise(&input.text.into_inner()) else {
            return Err(Problem::new(ErrorCode::CsrRefused, "This is no signing request; nothing was signed.")
                .hint("Check it here to see what it is."));
        };
        let pem = pem::encode(&pem::Pem::new("CERTIFICATE REQUEST", der));
        let signed = inventory.sign(&pem, &input.system_auth_id, input.kind).await?;
        tracing::info!(system_auth_id = &*input.system_auth_id, kind = ?input.kind, "request signed");
        detail(&inventory, signed).await
    }
}

fn subject(policy: &Policy) -> Subject {
    let subject = &policy.subject;
    Subject {
        organization: subject.organization.clone(),
        organizational_unit: subject.organizational_unit.clone(),
        locality: subject.locality.clone(),
        province: subject.province.clone(),
        country: subject.country.clone(),
    }
}

fn key_rules(policy: &Policy) -> csr::KeyRules {
    let allows = |curve: &str| policy.keys.curves.iter().any(|allowed| allowed == curve);
    csr::KeyRules {
        rsa_bits: policy.keys.rsa_minimum_bits..=policy.keys.rsa_maximum_bits,
        p256: allows("P-256"),
        p384: allows("P-384"),
    }
}

fn report(dropped: Dropped, expected: &Expected, may_sign: bool) -> RequestReport {
    let command = RequestCommand {
        subject: expected.subject.as_ref(),
        common_name: expected.common_name.as_deref(),
        rsa_bits: *expected.keys.rsa_bits.end(),
    };
    let other = |kind, headline: &str, problems: &[&str], command: Option<String>| RequestReport {
        kind,
        verdict: RequestVerdict::NotARequest,
        headline: headline.into(),
        problems: problems.iter().map(|problem| (*problem).to_owned()).collect(),
        subject: Vec::new(),
        key: None,
        command,
        can_sign: false,
    };
    match dropped {
        Dropped::Request(der) => request(&der, expected, may_sign, &command),
        Dropped::Certificates(_) => other(
            RequestKind::Certificate,
            "This is a certificate, not a signing request.",
            &["A certificate is what comes back; a request asks for one. Make a request with the private key."],
            command.with_new_key(),
        ),
        Dropped::PrivateKey(read) => RequestReport {
            key: read.as_ref().ok().map(|key| key.description().to_owned()),
            ..other(
                RequestKind::PrivateKey,
                "This is a private key. Don't share it.",
                &[
                    "It was not kept here, and it must not be sent to anyone. A request is made with it, on the computer \
                     where it belongs.",
                    match read {
                        Ok(_) => "If it was sent to somebody already, make a new key.",
                        Err(KeyFault::PassphraseMissing) => "It is protected with a passphrase, which is good.",
                        Err(_) => "It can't be read here; that doesn't make it less secret.",
                    },
                ],
                command.with_present_key(),
            )
        },
        Dropped::PublicKey(_) => other(
            RequestKind::PublicKey,
            "This is a public key, not a signing request.",
            &["A request has the public key in it, and a signature made with the private one."],
            command.with_present_key(),
        ),
        Dropped::Pkcs12 | Dropped::JavaKeyStore => other(
            RequestKind::Pkcs12,
            "This is a file for certificates and private keys (PKCS#12 or a Java key store), not a signing request.",
            &["It may hold a private key: don't send it to anyone. It was not kept here."],
            command.with_new_key(),
        ),
        Dropped::Token(what) => RequestReport {
            problems: vec![
                format!("It is {what}."),
                "It is a secret: whoever has it can use it. It was not kept here.".into(),
            ],
            ..other(RequestKind::Token, "This is a token, not a signing request.", &[], command.with_new_key())
        },
        Dropped::Damaged => other(
            RequestKind::Unknown,
            "This is cut off or damaged.",
            &["Copy the whole request again, with its BEGIN and END lines."],
            None,
        ),
        Dropped::Empty => other(RequestKind::Unknown, "There is nothing in it.", &[], None),
        Dropped::Unknown => other(
            RequestKind::Unknown,
            "This is no signing request.",
            &[
                "A request is a text that begins with -----BEGIN CERTIFICATE REQUEST-----, or the same in base64 or DER.",
            ],
            command.with_new_key(),
        ),
    }
}

fn request(der: &[u8], expected: &Expected, may_sign: bool, command: &RequestCommand<'_>) -> RequestReport {
    let inspected = csr::inspect(der, expected.subject.as_ref(), expected.common_name.as_deref(), &expected.keys);
    let inspection = match inspected {
        Ok(inspection) => inspection,
        Err(refusal) => {
            return RequestReport {
                kind: RequestKind::Request,
                verdict: RequestVerdict::Wrong,
                headline: "This signing request can't be read.".into(),
                problems: vec![refusal.to_string()],
                subject: Vec::new(),
                key: None,
                command: command.with_new_key(),
                can_sign: false,
            };
        }
    };
    let mut problems = Vec::new();
    let key_is_good = inspection.key.is_ok();
    if let Err(refusal) = &inspection.key {
        problems.push(refusal.to_string());
    }
    if let Some(Err(refusal)) = &inspection.signature {
        problems.push(refusal.to_string());
    }
    problems.extend(inspection.subject.iter().filter_map(|part| Some(part.fault.as_ref()?.to_string())));
    let good = problems.is_empty();
    let key = described(&inspection);
    let kind = key.as_ref().map_or_else(String::new, |key| format!(" ({key})"));
    let known = match (&expected.subject, &expected.common_name) {
        (Some(_), Some(_)) => format!("Subject, key{kind} and signature match what the Connector expects."),
        (Some(_), None) => format!(
            "Subject, key{kind} and signature match what the Connector expects; the common name (CN) must be the id of \
             the pairing."
        ),
        (None, _) => format!("Key{kind} and signature are right; what the subject must be is not known here."),
    };
    let wrong = match problems.len() {
        1 => "One thing must change before this is signed.".to_owned(),
        count => format!("{count} things must change before this is signed."),
    };
    RequestReport {
        kind: RequestKind::Request,
        verdict: if good { RequestVerdict::Good } else { RequestVerdict::Wrong },
        headline: if good { format!("Looks right. {known}") } else { wrong },
        problems,
        subject: fields(&inspection, expected),
        key,
        command: match (good, key_is_good) {
            (true, _) => None,
            (false, true) => command.with_present_key(),
            (false, false) => command.with_new_key(),
        },
        can_sign: good && may_sign && expected.common_name.is_some(),
    }
}

fn described(inspection: &csr::Inspection) -> Option<String> {
    if let Ok(key) = &inspection.key {
        return Some(key.to_string());
    }
    let (_, key) = SubjectPublicKeyInfo::from_der(&inspection.spki_der).ok()?;
    Some(decoded::describe_key(&key))
}

fn fields(inspection: &csr::Inspection, expected: &Expected) -> Vec<SubjectField> {
    let must_be = |attribute: csr::Attribute| match (attribute, &expected.subject) {
        (csr::Attribute::CommonName, _) => expected.common_name.clone(),
        (_, None) => None,
        (csr::Attribute::Organization, Some(subject)) => Some(subject.organization.clone()),
        (csr::Attribute::OrganizationalUnit, Some(subject)) => Some(subject.organizational_unit.clone()),
        (csr::Attribute::Locality, Some(subject)) => Some(subject.locality.clone()),
        (csr::Attribute::Province, Some(subject)) => Some(subject.province.clone()),
        (csr::Attribute::Country, Some(subject)) => Some(subject.country.clone()),
    };
    let parts = inspection.subject.iter().map(|part| SubjectField {
        attribute: part.attribute.short().to_owned(),
        is: part.value.clone(),
        must_be: must_be(part.attribute).unwrap_or_default(),
        ok: part.fault.is_none(),
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use base64::prelude::{BASE64_STANDARD, Engine as _};
    use pairing::{Moment, OneTimeToken, PairingData, Secret};

    use super::{super::openssl::OpenSsl, *};

    const GOOD: &str = "/O=Org/OU=OrgUnit/L=locality/ST=province/C=DE/CN=s-1";

    fn expected() -> Expected {
        Expected { subject: Some(Subject::default()), common_name: Some("s-1".into()), keys: csr::KeyRules::default() }
    }

    fn checked(text: &str) -> RequestReport {
        report(Dropped::recognise(&Secret::new(text)), &expected(), true)
    }

    fn made(subject: &str) -> (OpenSsl, RequestReport) {
        let openssl = OpenSsl::new();
        openssl.key("app");
        openssl.run(&format!("req -new -sha256 -key app.key -subj {subject} -out app.csr"));
        let report = checked(&openssl.text("app.csr"));
        (openssl, report)
    }

    #[test]
    fn a_right_request_is_right_in_every_spelling() {
        let (openssl, good) = made(GOOD);
        assert_eq!((good.verdict, good.can_sign, good.command), (RequestVerdict::Good, true, None));
        assert_eq!(good.key.as_deref(), Some("EC P-256"));
        assert_eq!(
            good.headline,
            "Looks right. Subject, key (EC P-256) and signature match what the Connector expects."
        );
        openssl.run("req -in app.csr -outform DER -out app.der");
        for text in [
            BASE64_STANDARD.encode(openssl.read("app.csr")),
            BASE64_STANDARD.encode(openssl.read("app.der")),
            openssl.text("app.csr").replace('\n', "\r\n"),
        ] {
            assert_eq!(checked(&text).verdict, RequestVerdict::Good, "{text}");
        }
    }

    #[test]
    fn every_difference_is_shown_at_once_and_the_command_mends_them() {
        let (openssl, wrong) = made("/O=TestOrg/OU=Test/L=locality/ST=province/CN=mine");
        assert_eq!((wrong.verdict, wrong.can_sign, wrong.problems.len()), (RequestVerdict::Wrong, false, 4));
        assert_eq!(wrong.headline, "4 things must change before this is signed.");
        let shown: Vec<_> = wrong.subject.iter().map(|part| (part.attribute.as_str(), part.ok)).collect();
        assert_eq!(shown, [("O", false), ("OU", false), ("L", true), ("ST", true), ("C", false), ("CN", false)]);
        assert_eq!(wrong.subject[0].is.as_deref(), Some("TestOrg"));
        assert_eq!((&wrong.subject[4].is, wrong.subject[4].must_be.as_str()), (&None, "DE"));
        assert!(wrong.problems.contains(&"O is \"TestOrg\", expected \"Org\".".to_owned()));
        let command = wrong.command.unwrap().replace('\'', "");
        openssl.run(command.strip_prefix("openssl ").unwrap());
        assert_eq!(checked(&openssl.text("app.csr")).verdict, RequestVerdict::Good);
    }

    #[test]
    fn a_weak_key_and_a_changed_request_are_told_with_everything_else() {
        let openssl = OpenSsl::new();
        openssl.run("req -new -newkey rsa:1024 -nodes -keyout weak.key -subj /CN=other -out weak.csr");
        let weak = checked(&openssl.text("weak.csr"));
        assert_eq!(weak.key.as_deref(), Some("RSA 1024"));
        assert!(weak.problems[0].contains("1024 bits") && weak.problems.len() == 7, "{weak:?}");
        let command = weak.command.unwrap().replace('\'', "");
        assert!(command.contains("-newkey rsa:4096"), "{command}");
        openssl.run(command.strip_prefix("openssl ").unwrap());
        assert_eq!(checked(&openssl.text("app.csr")).verdict, RequestVerdict::Good);

        let (openssl, _) = made(GOOD);
        openssl.run("req -in app.csr -outform DER -out app.der");
        let mut changed = openssl.read("app.der");
        let at = changed.windows(3).position(|window| window == b"s-1").unwrap();
        changed[at + 2] = b'2';
        let changed = checked(&BASE64_STANDARD.encode(changed));
        assert!(changed.problems.iter().any(|problem| problem.contains("was changed afterwards")), "{changed:?}");
    }

    #[test]
    fn what_is_not_known_is_not_compared() {
        let (openssl, _) = made("/O=Whatever/CN=x");
        let unknown = Expected { subject: None, common_name: None, keys: csr::KeyRules::default() };
        let found = report(Dropped::recognise(&Secret::new(openssl.text("app.csr"))), &unknown, false);
        assert_eq!((found.verdict, found.can_sign), (RequestVerdict::Good, false));
        assert!(found.headline.contains("not known here") && found.command.is_none());
    }

    #[test]
    fn what_is_no_request_is_named_and_never_repeated() {
        let openssl = OpenSsl::chain();
        openssl.run("pkey -in client.key -pubout -out public.pem");
        let both = openssl.text("client.pem") + &openssl.text("client.key");
        let data = PairingData::for_application(
            &OneTimeToken::presented("canary-token"),
            "https://localhost:8443/connector/graphql",
            Moment::from_unix_seconds(0),
            Moment::from_unix_seconds(300),
        );
        let cases = [
            (openssl.text("client.pem"), RequestKind::Certificate),
            (openssl.text("client.key"), RequestKind::PrivateKey),
            (both, RequestKind::PrivateKey),
            (BASE64_STANDARD.encode(openssl.text("client.key")), RequestKind::PrivateKey),
            (openssl.text("public.pem"), RequestKind::PublicKey),
            (data.raw_encoded().expose().to_owned(), RequestKind::Token),
            (OneTimeToken::generate().expose().to_owned(), RequestKind::Token),
            ("hello".to_owned(), RequestKind::Unknown),
            ("ab".repeat(32), RequestKind::Unknown),
            (String::new(), RequestKind::Unknown),
        ];
        let secret = openssl.text("client.key").lines().nth(1).unwrap().to_owned();
        for (text, kind) in cases {
            let found = checked(&text);
            assert_eq!((found.kind, found.verdict), (kind, RequestVerdict::NotARequest), "{found:?}");
            let answer = serde_json::to_string(&found).unwrap();
            assert!(!answer.contains(&secret) && !answer.contains("canary"), "{kind:?}");
        }
        let key = checked(&openssl.text("client.key"));
        assert_eq!(key.headline, "This is a private key. Don't share it.");
        assert!(key.command.unwrap().contains("-key app.key -subj '/O=Org/"));
    }
}
