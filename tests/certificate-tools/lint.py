"""pkilint on many files in one process: `lint.py leaf|authority|crl FILE...`, each a PEM file of one or several blocks.

Prints a line for each finding of WARNING or worse and, last, how many documents were looked at. pkilint's own commands
start Python once for each certificate, which takes longer than the look.
"""

import re
import sys

from pkilint import loader, pkix, report
from pkilint.pkix import certificate, crl, extension, name
from pkilint.validation import ValidationFindingSeverity

BLOCK = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)


def of_certificates():
    decoders = certificate.create_decoding_validators(name.ATTRIBUTE_TYPE_MAPPINGS, extension.EXTENSION_MAPPINGS)
    parts = [
        certificate.create_issuer_validator_container([]),
        certificate.create_validity_validator_container(),
        certificate.create_subject_validator_container([]),
        certificate.create_extensions_validator_container([]),
        certificate.create_spki_validator_container([]),
    ]
    return certificate.create_pkix_certificate_validator_container(decoders, parts)


def of_lists():
    decoders = [
        pkix.create_attribute_decoder(name.ATTRIBUTE_TYPE_MAPPINGS),
        pkix.create_extension_decoder(extension.EXTENSION_MAPPINGS),
    ]
    parts = [
        crl.create_issuer_validator_container([]),
        crl.create_validity_validator_container([]),
        crl.create_extensions_validator_container([]),
    ]
    return crl.create_pkix_crl_validator_container(decoders, parts)


def main(kind, files):
    if kind == "crl":
        validator, load = of_lists(), loader.RFC5280CertificateListDocumentLoader()
    else:
        validator, load = of_certificates(), loader.RFC5280CertificateDocumentLoader()
    seen, findings = 0, 0
    for file in files:
        with open(file, encoding="ascii") as opened:
            blocks = [found.group(0) for found in BLOCK.finditer(opened.read())]
        for number, block in enumerate(blocks):
            document = load.load_pem_document(block, f"{file} {number}")
            results = validator.validate(document.root)
            seen += 1
            worst = ValidationFindingSeverity.WARNING
            if report.get_findings_count(results, worst):
                findings += 1
                print(f"{file}, block {number}:\n{report.ReportGeneratorPlaintext(results, worst).generate()}")
    print(f"{seen} looked at, {findings} with findings")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
