#pragma once
// A small strict reader of the HTML we write ourselves: every tag closed, every attribute quoted, every ampersand an
// entity. It answers with the first fault, or nothing.
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tests {

class HtmlOutline {
 public:
  explicit HtmlOutline(std::string_view page) : m_rest(page) {
    while (m_fault.empty() && !m_rest.empty()) step();
    if (m_fault.empty() && !m_open.empty()) m_fault = "<" + m_open.back() + "> is never closed";
  }
  const std::string& fault() const { return m_fault; }
  std::size_t count(std::string_view tag) const {
    std::size_t n = 0;
    for (const auto& name : m_seen) n += name == tag ? 1 : 0;
    return n;
  }
  const std::string& text() const { return m_text; } // as a browser shows it

 private:
  void step() {
    const auto end = m_rest.find('<');
    if (end != 0) return takeText(m_rest.substr(0, end));
    const auto close = m_rest.find('>');
    if (close == std::string_view::npos) return fail("a tag without end");
    const std::string tag(m_rest.substr(1, close - 1));
    m_rest.remove_prefix(close + 1);
    takeTag(tag);
  }
  void takeText(std::string_view text) {
    m_rest.remove_prefix(text.size());
    const bool style = !m_open.empty() && m_open.back() == "style";
    if (style) return;
    static const std::vector<std::pair<std::string, std::string>> kEntities{
        {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&amp;", "&"}};
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '&') {
        m_text += text[i];
        continue;
      }
      bool known = false;
      for (const auto& [entity, character] : kEntities) {
        if (text.substr(i, entity.size()) != entity) continue;
        m_text += character;
        i += entity.size() - 1;
        known = true;
        break;
      }
      if (!known) return fail("a bare ampersand in: " + std::string(text));
    }
  }
  void takeTag(const std::string& tag) {
    if (tag == "!DOCTYPE html") return;
    if (tag.starts_with("/")) {
      if (m_open.empty() || m_open.back() != tag.substr(1))
        return fail("<" + tag + "> closes " + (m_open.empty() ? std::string("nothing") : m_open.back()));
      m_open.pop_back();
      return;
    }
    static const std::regex kTag(R"re(([a-z][a-z0-9]*)((?: [a-zA-Z-]+="[^"<>]*")*)/?)re");
    std::smatch match;
    if (!std::regex_match(tag, match, kTag)) return fail("malformed <" + tag + ">");
    m_seen.push_back(match[1]);
    const bool isVoid = match[1] == "meta" || match[1] == "br" || tag.ends_with('/');
    if (!isVoid) m_open.push_back(match[1]);
  }
  void fail(std::string fault) { m_fault = std::move(fault); }

  std::string_view m_rest;
  std::vector<std::string> m_open, m_seen;
  std::string m_fault, m_text;
};

} // namespace tests
