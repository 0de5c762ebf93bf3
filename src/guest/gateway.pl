# gateway PORT..., in the host's network beside a bottle: a socket in /bottle for each port of the host's loopback, and one for the host's own
# proxy, if /tmp/upstream names one: "http" or "https", host, port and credentials. One process for each connection.
use strict;
use warnings;
use IO::Select;
use Socket qw(:DEFAULT :addrinfo);

$SIG{TERM} = $SIG{INT} = sub { exit 0 };
$SIG{CHLD} = $SIG{PIPE} = "IGNORE";
umask 0177;
my @listeners;
my %ports = map { (offer("loopback-$_.sock") => $_) } @ARGV;
offer("upstream.sock");
my $all = IO::Select->new(@listeners);
while (1) {
  for my $listener ($all->can_read) {
    accept(my $client, $listener) or next;
    my $child = fork;
    if (defined $child && $child == 0) {
      $SIG{CHLD} = "DEFAULT";
      my $port = $ports{"$listener"};
      defined $port ? join_both($client, reach($port, "127.0.0.1", "::1")) : ask_upstream($client);
      exit 0;
    }
    close $client;
  }
}

sub offer {
  my ($name) = @_;
  unlink "/bottle/$name";
  socket(my $listener, PF_UNIX, SOCK_STREAM, 0) or die "gateway: $!\n";
  bind($listener, pack_sockaddr_un("/bottle/$name")) or die "gateway: $!\n";
  listen($listener, 256) or die "gateway: $!\n";
  push @listeners, $listener;
  return "$listener";
}

# tinyproxy sends one request per connection. The request decides which proxy gets it.
sub ask_upstream {
  my ($client) = @_;
  my $head = "";
  alarm 60;
  while ($head !~ /\r?\n\r?\n/) {
    return if length $head > 65536 || !sysread($client, $head, 16384, length $head);
  }
  alarm 0;
  my $kind = $head =~ /^CONNECT / ? "https" : "http";
  open my $file, "<", "/tmp/upstream" or return;
  my ($line) = grep { /^$kind / } <$file>;
  my (undef, $host, $port, $authorization) = split / /, ($line // "") =~ s/\n//r, 4;
  my $server = defined $host && reach($port, $host);
  return put($client, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n") unless $server;
  $head =~ s/\n/\nProxy-Authorization: $authorization\r\n/ if $authorization;
  put($server, $head);
  join_both($client, $server);
}

sub reach {
  my ($port, @hosts) = @_;
  for my $host (@hosts) {
    my ($error, @found) = getaddrinfo($host, $port, { socktype => SOCK_STREAM });
    for my $one (@found) {
      socket(my $server, $one->{family}, $one->{socktype}, $one->{protocol}) or next;
      return $server if connect($server, $one->{addr});
    }
  }
  return undef;
}

sub put {
  my ($to, $data) = @_;
  my $at = 0;
  while ($at < length $data) { $at += syswrite($to, $data, length($data) - $at, $at) // exit 0 }
}

# Copies in both directions until both ends are closed.
sub join_both {
  my ($client, $server) = @_;
  return unless $server;
  my %other = ("$client" => $server, "$server" => $client);
  my $open = IO::Select->new($client, $server);
  while ($open->count) {
    for my $from ($open->can_read) {
      if (sysread($from, my $data, 65536)) { put($other{"$from"}, $data); next }
      shutdown($other{"$from"}, 1);
      $open->remove($from);
    }
  }
}
