//! Certificates that openssl makes: good ones, and one of each kind of bad.

use super::rig::Rig;

/// The name of the server in all certificates but one.
pub(super) const SERVER: &str = "loghost.example.net";

/// Makes them in /etc/certificates of the machine, each as NAME.pem and NAME.key, with their authority ca.pem.
pub(super) fn make(rig: &Rig) {
    let script = r#"set -e
mkdir -p /etc/certificates; cd /etc/certificates
authority() { openssl req -x509 -newkey rsa:2048 -nodes -keyout $1.key -out $1.pem -days 30 -subj "/CN=$1"; }
# leaf NAME AUTHORITY HOST DAYS
leaf() {
    openssl req -newkey rsa:2048 -nodes -keyout $1.key -out $1.csr -subj "/CN=$3"
    printf 'subjectAltName=DNS:%s\nextendedKeyUsage=serverAuth,clientAuth\n' "$3" > $1.ext
    openssl x509 -req -in $1.csr -CA $2.pem -CAkey $2.key -CAcreateserial -days $4 -extfile $1.ext -out $1.pem
}
authority ca; authority otherca
leaf good ca loghost.example.net 30
leaf client ca host.example.net 30
leaf expired ca loghost.example.net -1
leaf wrongname ca else.example.net 30
leaf foreign otherca loghost.example.net 30
echo "192.0.2.2 loghost.example.net" >> /etc/hosts"#;
    rig.host.run(&["sh", "-c", script]);
}
