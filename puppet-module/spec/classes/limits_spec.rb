# frozen_string_literal: true

require 'spec_helper'

describe 'standfast::limits' do
  let(:facts) { Systems.facts('Rocky', '9') }

  context 'by default' do
    it { is_expected.to compile.with_all_deps }
    it { is_expected.to contain_limits_config('main').with(inert: 'forbid', purge: nil, noop: true) }
    it { is_expected.to contain_limits_entry('*/hard/nproc').with(value: 32_768, bound: 'at_most', noop: true) }
    it { is_expected.to have_standfast_limits_resource_count(0) }
  end

  context 'with entries' do
    let(:params) do
      {
        entries: {
          'thekiwi/-/nproc' => 4096,
          '@kiwis/hard/memlock' => { 'value' => 'unlimited', 'match_by' => 'name' },
          '*/-/nproc' => 8192,
          ':1013/-/nice' => -5,
          '%kiwis/-/maxlogins' => '4',
          'old/-/nofile' => { 'ensure' => 'absent' },
          'DOM\some user/hard/chroot' => '/srv/jail',
        },
        defaults: { 'exceptions' => 'forbid' },
      }
    end

    it { is_expected.to compile.with_all_deps }

    it 'declares them as one resource, as they are given' do
      is_expected.to contain_standfast_limits('main').with(entries: params[:entries], defaults: params[:defaults], noop: nil)
    end

    it 'leaves out of the baseline what an entry is about, whether soft, hard or both' do
      is_expected.not_to contain_limits_entry('*/hard/nproc')
      is_expected.to contain_limits_entry('*/hard/core').with_noop(true)
    end
  end

  context 'with entries of many layers of Hiera' do
    let(:facts) { super().merge(case: 'limits') }

    it { is_expected.to contain_standfast_limits('main').with_entries({ 'thekiwi/-/nproc' => 4096, '@kiwis/hard/memlock' => 65_536 }) }
  end

  context 'with config' do
    let(:params) { { config: { 'purge' => ['/etc/security/limits.d/*.conf'], 'purge_ignore' => ['@audio'] } } }

    it { is_expected.to contain_limits_config('main').with(purge: ['/etc/security/limits.d/*.conf'], purge_ignore: ['@audio'], inert: nil, noop: nil) }
  end

  context 'in mode report' do
    let(:params) { { mode: 'report', entries: { 'a/-/nproc' => 1 }, config: { 'inert' => 'forbid' } } }

    it { is_expected.to contain_standfast_limits('main').with_noop(true) }
    it { is_expected.to contain_limits_config('main').with_noop(true) }
  end

  context 'in mode enforce' do
    let(:params) { { mode: 'enforce' } }

    it { is_expected.to contain_limits_config('main').with_noop(nil) }
    it { is_expected.to contain_limits_entry('*/hard/core').with_noop(nil) }
  end

  {
    'an item that there is not' => ['a/-/nopenfilez', 1, %r{parameter 'entries' key of entry 'a/-/nopenfilez' expects a match for Standfast::Limits::Title = Pattern.*nofile.*got 'a/-/nopenfilez'}],
    'a type that there is not' => ['a/both/nproc', 1, %r{key of entry 'a/both/nproc' expects a match for .*\(soft\|hard\|-\)}],
    'a word for a number' => ['a/-/nproc', 'banana', %r{parameter 'entries' entry 'a/-/nproc' expects a Standfast::Limits::Entry = Variant.*unlimited.*got String}],
    'a unit behind the number' => ['a/-/as', { 'value' => '5k' }, /variant 1 entry 'value' expects a Standfast::Limits::Value/],
    'a word that there is not' => ['a/-/as', { 'value' => 1, 'bound' => 'atmost' }, /entry 'bound' expects a match for Enum\['at_most', 'exact'\], got 'atmost'/],
    'an attribute that there is not' => ['a/-/as', { 'vlaue' => 1 }, /unrecognized key 'vlaue'/],
    'a file that pam_limits does not read' => ['a/-/as', { 'value' => 1, 'target' => '/etc/limits.conf' }, /entry 'target' expects a match for Standfast::Limits::Target = Pattern.*limits/],
    'a UID that is a name' => ['1013/-/nproc', 1, %r{standfast::limits::entries: 1013/-/nproc: `1013` is a name to pam_limits, and nobody is called so; for the number write `:1013`}],
    'a GID that is a name' => ['@1091/-/nproc', 1, /for the number write `@:1091`/],
    'a domain that is none' => ['a:b/-/nproc', 1, %r{a:b/-/nproc: `a:b` is no domain; it takes a user, @group}],
    'no value' => ['a/-/nproc', { 'bound' => 'exact' }, /value is missing: an entry that should be present needs one/],
    'a nice value that there is not' => ['a/-/nice', 20, /value of nice takes a number from -20 to 19/],
    'a negative count' => ['a/-/nproc', -2, /value of nproc takes a number from 0, or unlimited/],
    'more KiB than there are bytes' => ['a/-/as', '18014398509481983', /value of as takes a number from 0 to 18014398509481982, or unlimited/],
    'a bound without meaning' => ['a/-/nonewprivs', { 'value' => 1, 'bound' => 'at_most' }, /bound at_most has no meaning for nonewprivs/],
    'a directory for a number' => ['a/-/core', '/x', /value of core takes a number/],
    'a number for a directory' => ['a/-/chroot', 1, /value of chroot takes an absolute directory/],
  }.each do |what, (title, entry, words)|
    context "with #{what}" do
      let(:params) { { entries: { title => entry } } }

      it { is_expected.to compile.and_raise_error(words) }
    end
  end

  context 'with what does nothing, and is asked for all the same' do
    let(:params) { { entries: { '1013/-/nproc' => { 'value' => 1, 'match_by' => 'verbatim' } } } }

    it { is_expected.to compile.with_all_deps }
  end
end
