# frozen_string_literal: true

require 'ipaddr'

# @summary Says what is wrong with networks: which are none, and which have bits set behind their prefix.
#
# A slip of the pen such as `10.9.0.1/16` would else open another network than was meant.
#
# @api private
Puppet::Functions.create_function(:'standfast::network_errors') do
  # @param networks
  #   Addresses and networks of IPv4 and IPv6.
  # @return
  #   One sentence for each that is wrong.
  # @example
  #   standfast::network_errors(['10.9.0.1/16']) # ['`10.9.0.1/16` has bits set behind its prefix; it takes 10.9.0.0/16']
  dispatch :network_errors do
    param 'Array[String]', :networks
    return_type 'Array[String]'
  end

  def network_errors(networks)
    networks.map { |text| error_of(text) }.compact
  end

  def error_of(text)
    address, bits = text.split('/', 2)
    network = IPAddr.new(text)
    return if bits.nil? || network == IPAddr.new(address)

    "`#{text}` has bits set behind its prefix; it takes #{network}/#{bits}"
  rescue IPAddr::Error
    "`#{text}` is no address and no network; it takes for example 192.0.2.7, 10.9.0.0/16 or 2001:db8::/32"
  end
end
