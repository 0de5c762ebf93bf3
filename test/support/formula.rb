# Just enough of Homebrew to run a formula's install block in the unpacked archive, and then its test block.
require "fileutils"
require "tmpdir"

class Directory
  def initialize(path) = @path = path
  def /(name) = "#{@path}/#{name}"
  def to_s = @path

  def install(name)
    FileUtils.mkdir_p(@path)
    FileUtils.mv(name, @path)
  end
end

class Formula
  class << self
    attr_reader :test_block

    %i[desc homepage license url sha256].each { |name| define_method(name) { |_| nil } }
    %i[on_macos on_linux on_arm on_intel].each { |name| define_method(name) { |&block| block.call } }

    def version(text) = @version = text
    def number = @version
    def test(&block) = @test_block = block
  end

  def initialize(prefix) = @prefix = prefix
  def bin = Directory.new("#{@prefix}/bin")
  def man1 = Directory.new("#{@prefix}/share/man/man1")
  def version = self.class.number
  def shell_output(line) = `#{line}`

  def generate_completions_from_executable(*argv)
    %w[bash zsh fish].each { |shell| system(*argv, shell, out: File::NULL) || raise("no completions for #{shell}") }
  end

  def assert_equal(wanted, found)
    raise "#{found}, not #{wanted}" unless found == wanted

    puts found
  end
end

load ARGV.fetch(0)
Dir.mktmpdir do |prefix|
  formula = ClaudeBottle.new(prefix)
  formula.install
  formula.instance_eval(&ClaudeBottle.test_block)
end
