# SPDX-License-Identifier: Apache-2.0
"""Certificate authorities and certificates for servers of the tests."""
import subprocess


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, stderr=subprocess.DEVNULL)


def make_ca(directory, name):
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-days", "2", "-subj", f"/CN={name}", "-keyout", f"{directory}/{name}.key",
            "-out", f"{directory}/{name}.crt")


def make_certificate(directory, ca, name, san):
    with open(f"{directory}/{name}.ext", "w", encoding="ascii") as extensions:
        extensions.write(f"subjectAltName={san}\n")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", f"/CN={name}", "-keyout", f"{directory}/{name}.key",
            "-out", f"{directory}/{name}.csr")
    openssl("x509", "-req", "-in", f"{directory}/{name}.csr", "-CA", f"{directory}/{ca}.crt",
            "-CAkey", f"{directory}/{ca}.key", "-CAcreateserial", "-days", "2",
            "-extfile", f"{directory}/{name}.ext", "-out", f"{directory}/{name}.crt")
