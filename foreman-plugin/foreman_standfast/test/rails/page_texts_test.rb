# frozen_string_literal: true

require_relative 'pages_helper'

# All texts go through gettext: they are marked here on their way, and what a page shows without a mark must be data.
class PageTextsTest < ActionDispatch::IntegrationTest
  include PagesTest

  MARKED = /⟦[^⟦⟧]*⟧/.freeze
  DATA = %w[CSV JSON example com snapshot].freeze

  setup do
    @plain = GettextStandIn.instance_method(:_)
    plain = @plain
    GettextStandIn.define_method(:_) { |text| "⟦#{plain.bind_call(self, text)}⟧" }
    hosts_in_every_state
    record(host, report(omitted: 3, findings: [finding('limits_entry[a/soft/nproc]', 'finding'), finding('x[y]', 'corrected', message: 'zzz')]))
    ForemanStandfast::DriftDay.record
  end

  teardown { GettextStandIn.define_method(:_, @plain) }

  # Texts of the page but those of hosts and of the clock.
  def unmarked
    document = Nokogiri::HTML(response.body)
    document.css('code, pre, time, style, title, datalist, th[scope=row], .standfast-message, .standfast-finding li, li[aria-current=page]').remove
    document.css('section').remove_attr('aria-label')
    texts = document.xpath('//text()').map(&:text) + document.xpath('//@aria-label | //@title').map(&:value)
    text = texts.join(' ')
    text = text.gsub(MARKED, ' ') while text.match?(MARKED)
    text.scan(/[[:alpha:]]{2,}/) - DATA
  end

  test 'every text of the pages and of the widget can be translated' do
    paths = %w[/foreman_standfast/drift /foreman_standfast/drift?search=x+%3D+y /widgets/standfast_drift_widget] +
            Host::Managed.pluck(:name).map { |name| "/foreman_standfast/drift/#{name}" }
    paths.each do |path|
      see(path)
      assert_match MARKED, response.body
      assert_equal [], unmarked - (path.include?('?') ? response.body[/role="alert".*?<\/div>/m].scan(/[[:alpha:]]{2,}/) : []), path
    end
  end
end
