# frozen_string_literal: true

require_relative 'browser_helper'

class ClickThroughTest < ActiveSupport::TestCase
  include BrowserTest

  test 'without scripts, an admin comes from the counts to the line that is wrong, and back to all hosts' do
    hosts_in_every_state
    browser(scripts: false)
    visit('/foreman_standfast/drift')
    picture('overview')
    follow(all('.standfast-counts a').find { |link| link.text.include?('Drifted') })
    assert_equal ['drift.example.com'], all('tbody th').map(&:text)
    follow(first('tbody th a'))
    assert_includes first('h1').text, 'drift.example.com'
    assert_includes first('.standfast-finding li').text, '/etc/security/limits.conf:12'
    picture('host')
    follow(first('.breadcrumb a'))
    assert_equal 5, all('tbody tr').size
  end

  test 'without scripts, hosts are searched, narrowed and sorted' do
    hosts_in_every_state
    browser(scripts: false)
    visit('/foreman_standfast/drift')
    first('#standfast-resource').send_keys('ntp')
    follow(first('form [type=submit]'))
    assert_equal %w[drift.example.com stale.example.com], all('tbody th').map(&:text)
    first('#standfast-state option[value=stale]').click
    follow(first('form [type=submit]'))
    assert_equal ['stale.example.com'], all('tbody th').map(&:text)
    follow(all('form a').first)
    follow(all('thead a').first)
    assert_equal 'ascending', first('thead th').attribute('aria-sort')
    names = all('tbody th').map(&:text)
    assert_equal names.sort, names
  end

  test 'without scripts, the widget leads to the hosts that it counts' do
    hosts_in_every_state
    trend
    browser(scripts: false)
    visit('/widgets/standfast_drift_widget')
    bars = all('svg[role=img] rect').select { |bar| bar.rect.height.positive? }
    assert_operator bars.size, :>, 3
    first('details summary').click
    assert first('details table').displayed?
    picture('widget')
    follow(all('.standfast-counts a').first)
    assert_equal ['fail.example.com'], all('tbody th').map(&:text)
  end

  test 'a browser that is told so runs no scripts' do
    { true => 'ran', false => '' }.each do |scripts, title|
      browser(scripts: scripts).navigate.to('data:text/html,<script>document.title="ran"</script>')
      assert_equal title, browser.title.delete_prefix('data:').sub(/\Atext.*/, '')
      close_browser
    end
  end

  test 'nothing that a host sends runs in a browser that runs scripts' do
    record(host, report(checked: 30, drifted: 1, findings: [HOSTILE]))
    ['/foreman_standfast/drift', '/foreman_standfast/drift/web1.example.com'].each do |path|
      visit(path)
      assert_raises(Selenium::WebDriver::Error::NoSuchAlertError) { browser.switch_to.alert }
      assert_equal 0, browser.execute_script('return document.scripts.length')
    end
    assert_includes first('.standfast-finding').text, '<script>alert(2)</script>'
  end

  test 'the keyboard reaches every link and field, in the order of the page, and focus can be seen' do
    hosts_in_every_state
    visit('/foreman_standfast/drift')
    wanted = all('a[href], input:not([type=hidden]), select').map { |element| place(element) }
    reached = wanted.map do
      browser.action.send_keys(:tab).perform
      place(browser.switch_to.active_element)
    end
    assert_equal wanted, reached
    style = browser.execute_script('const s = getComputedStyle(document.activeElement); return [s.outlineStyle, s.outlineWidth]')
    assert_not_equal 'none', style.first
  end

  test 'every field has a label, every column a heading, and headings do not skip a level' do
    hosts_in_every_state
    %w[/foreman_standfast/drift /foreman_standfast/drift/fail.example.com /foreman_standfast/drift/never.example.com].each do |path|
      visit(path)
      fields = browser.execute_script('return [...document.querySelectorAll("input:not([type=hidden]):not([type=submit]), select")].map(f => f.labels.length)')
      assert_equal [], fields.reject(&:positive?), path
      columns = browser.execute_script('return [...document.querySelectorAll("table")].map(t => [t.tHead.rows[0].cells.length, t.tBodies[0].rows[0].cells.length])')
      columns.each { |head, body| assert_equal head, body, path }
      levels = all('h1, h2, h3, h4').map { |heading| heading.tag_name[1].to_i }
      assert_equal 1, levels.first, path
      levels.each_cons(2) { |above, below| assert_operator below - above, :<=, 1, path }
    end
  end

  test 'words stand out from their background by the contrast that WCAG AA wants' do
    hosts_in_every_state
    %w[/foreman_standfast/drift /foreman_standfast/drift/drift.example.com].each do |path|
      visit(path)
      poor = all('.standfast-badge, .standfast-line').map { |element| [element.text, contrast(element)] }.reject { |_, ratio| ratio >= 4.5 }
      assert_equal [], poor
    end
  end

  private

  def trend
    9.times { |days| ForemanStandfast::DriftDay.record(Time.now.utc - (days * 24 * 3600)) }
    ForemanStandfast::DriftDay.order(:day).each_with_index { |day, number| day.update!(in_sync: 2 + number, drifted: (9 - number) / 2) }
    viewer.update!(admin: true)
  end

  # Where an element stands, as a name for it.
  def place(element)
    box = element.rect
    [element.tag_name, box.x.round, box.y.round]
  end

  # The ratio of WCAG 2 between the colours of text and background.
  def contrast(element)
    browser.execute_script(<<~SCRIPT, element)
      const light = colour => {
        const [r, g, b] = colour.match(/[\\d.]+/g).map(Number).map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const background = node => {
        const colour = getComputedStyle(node).backgroundColor;
        if (colour !== 'rgba(0, 0, 0, 0)') return colour;
        return node.parentElement ? background(node.parentElement) : 'rgb(255, 255, 255)';
      };
      const [a, b] = [light(getComputedStyle(arguments[0]).color), light(background(arguments[0]))];
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    SCRIPT
  end
end
