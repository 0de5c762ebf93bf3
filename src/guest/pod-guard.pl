# pod-guard UID PROXY: limits a pod's network to its loopback, except for processes of the user PROXY. Runs before the bottle, as root with
# NET_ADMIN, and fails unless a process of the user UID then cannot connect to anything.
use strict;
use warnings;
use Errno qw(EACCES ENETUNREACH EADDRNOTAVAIL EAFNOSUPPORT);
use Socket qw(:DEFAULT inet_pton pack_sockaddr_in6);

my ($uid, $proxy) = @ARGV;
my ($priority, $uid_range, $table_main) = (6, 20, 254);
my ($to_table, $prohibit) = (1, 8);

# Adds one rule to the kernel's routing policy, over netlink. The table of local addresses comes before all rules.
sub rule {
  my ($family, $at, $action, $range) = @_;
  my $table = $action == $to_table ? $table_main : 0;
  my $body = pack("C8 L", $family, 0, 0, 0, $table, 0, 0, $action, 0) . pack("S S L", 8, $priority, $at);
  $body .= pack("S S L L", 12, $uid_range, $range, $range) if defined $range;
  # RTM_NEWRULE; REQUEST, ACK, EXCL, CREATE.
  my $message = pack("L S S L L", 16 + length $body, 32, 0x1 | 0x4 | 0x200 | 0x400, 1, 0) . $body;
  socket(my $link, 16, SOCK_RAW, 0) or die "guard: no netlink socket: $!\n";
  send($link, $message, 0) or die "guard: netlink: $!\n";
  defined recv($link, my $answer, 4096, 0) or die "guard: netlink: $!\n";
  my $error = unpack("x16 l", $answer);
  # A restarted pod may keep its network; 17 (EEXIST) means that the rule already exists.
  return if $error == 0 || $error == -17;
  $! = -$error;
  die "guard: the kernel takes no routing rule for a user: $!\n";
}

for my $family (AF_INET, -e "/proc/net/if_inet6" ? AF_INET6 : ()) {
  rule($family, 100, $to_table, $proxy);
  rule($family, 101, $prohibit);
}

# What to try: the cluster's own services, the pod's gateway and name servers, and another machine.
my @targets = ("1.1.1.1", "10.0.0.1", "169.254.169.254");
push @targets, $ENV{KUBERNETES_SERVICE_HOST} if $ENV{KUBERNETES_SERVICE_HOST};
if (open my $routes, "<", "/proc/net/route") {
  while (<$routes>) { my @field = split; push @targets, inet_ntoa(pack("L", hex $field[2])) if $. > 1 && $field[2] ne "00000000" }
}
if (open my $servers, "<", "/etc/resolv.conf") {
  while (<$servers>) { push @targets, $1 if /^nameserver\s+([0-9.]+)/ }
}

($(, $)) = ($uid, "$uid $uid");
($<, $>) = ($uid, $uid);
die "guard: cannot become user $uid\n" if $< != $uid || $> != $uid;
@targets = grep { !/^127\./ } @targets;
my @addresses = map { [$_, PF_INET, pack_sockaddr_in(443, inet_aton($_))] } @targets;
push @addresses, [$_, PF_INET6, pack_sockaddr_in6(443, inet_pton(AF_INET6, $_))] for "2606:4700:4700::1111";
for (@addresses) {
  my ($target, $family, $address) = @$_;
  for my $type (SOCK_STREAM, SOCK_DGRAM) {
    socket(my $try, $family, $type, 0) or $!{EAFNOSUPPORT} && next or die "guard: no socket: $!\n";
    $try->blocking(0);
    next if !connect($try, $address) && ($!{EACCES} || $!{ENETUNREACH} || $!{EADDRNOTAVAIL});
    die "guard: a connection of user $uid to $target was not refused\n";
  }
}
print "guard: user $uid reaches none of @targets\n";
