# pod-proxy FILTER, run in a bottle's pod by the only user with access to the network: an HTTP proxy on the loopback for the hosts that match a
# line of FILTER, or of the file /filter/hosts if it exists. One process for each connection.
use strict;
use warnings;
use IO::Handle;
use IO::Select;
use Socket qw(:DEFAULT :addrinfo IPPROTO_TCP SOL_SOCKET SO_REUSEADDR);

my ($given) = @ARGV;
$SIG{TERM} = $SIG{INT} = sub { exit 0 };
$SIG{CHLD} = $SIG{PIPE} = "IGNORE";
STDOUT->autoflush(1);

socket(my $listener, PF_INET, SOCK_STREAM, 0) or die "proxy: $!\n";
setsockopt($listener, SOL_SOCKET, SO_REUSEADDR, 1);
bind($listener, sockaddr_in(3128, INADDR_LOOPBACK)) or die "proxy: $!\n";
listen($listener, 256) or die "proxy: $!\n";
while (1) {
  accept(my $client, $listener) or next;
  my $child = fork;
  if (defined $child && $child == 0) { close $listener; serve($client); exit 0 }
  close $client;
}

sub serve {
  my ($client) = @_;
  my $head = "";
  alarm 60;
  while ($head !~ /\r?\n\r?\n/) {
    return if length $head > 65536 || !sysread($client, $head, 16384, length $head);
  }
  alarm 0;
  $head =~ s/^([A-Z]+) (\S+) (HTTP\/1\.[01])\r?\n//s or return answer($client, "400 Bad Request");
  my ($method, $target, $version) = ($1, $2, $3);
  return refuse($client, $target) unless is_allowed($target);
  my ($host, $port, $path) = $method eq "CONNECT"
    ? $target =~ /^\[?([^\]\/\@]+?)\]?:(\d+)()$/
    : $target =~ /^http:\/\/\[?([^\]\/:\@]+)\]?(?::(\d+))?(\/.*)?$/i;
  return refuse($client, $target) unless defined $host;
  my $server = reach($host, $port // 80) or return answer($client, "502 Bad Gateway");
  my ($fields, $body) = $head =~ /^(.*?)\r?\n\r?\n(.*)$/s ? ($1, $2) : ("", $head =~ s/^\r?\n//r);
  if ($method eq "CONNECT") {
    put($client, "HTTP/1.1 200 Connection established\r\n\r\n");
  } else {
    # One request for each connection: a second one would not be checked.
    my @kept = grep { !/^(proxy-[\w-]+|connection|keep-alive):/i } split /\r?\n/, $fields;
    put($server, join("\r\n", "$method " . ($path || "/") . " $version", @kept, "Connection: close") . "\r\n\r\n");
  }
  put($server, $body) if length $body;
  relay($client, $server);
}

sub is_allowed {
  my ($target) = @_;
  my $lines = $given;
  if (open my $file, "<", "/filter/hosts") { local $/; $lines = <$file> }
  for my $line (split /\n/, $lines) { return 1 if $line ne "" && $target =~ /$line/i }
  return 0;
}

sub reach {
  my ($host, $port) = @_;
  my ($error, @found) = getaddrinfo($host, $port, { socktype => SOCK_STREAM });
  for my $one (@found) {
    socket(my $server, $one->{family}, $one->{socktype}, $one->{protocol}) or next;
    return $server if connect($server, $one->{addr});
  }
  return undef;
}

sub refuse {
  my ($client, $target) = @_;
  print "refused ", $target =~ s/[^\x21-\x7e]/?/gr, "\n";
  answer($client, "403 Filtered");
}

sub answer { put($_[0], "HTTP/1.1 $_[1]\r\nContent-Length: 0\r\nConnection: close\r\n\r\n") }

sub put {
  my ($to, $data) = @_;
  my $at = 0;
  while ($at < length $data) { $at += syswrite($to, $data, length($data) - $at, $at) // exit 0 }
}

# Copies in both directions until both ends are closed.
sub relay {
  my %other = ("$_[0]" => $_[1], "$_[1]" => $_[0]);
  my $open = IO::Select->new(@_);
  while ($open->count) {
    for my $from ($open->can_read) {
      if (sysread($from, my $data, 65536)) { put($other{"$from"}, $data); next }
      shutdown($other{"$from"}, 1);
      $open->remove($from);
    }
  }
}
