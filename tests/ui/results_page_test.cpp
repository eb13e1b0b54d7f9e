#include "ui/results/results_page.hpp"

#include "tests/support/catch.hpp"
#include "tests/ui/support/decision_builder.hpp"

namespace {

struct Shown {
  explicit Shown(model::Decision decision) { show(std::move(decision)); }
  void show(model::Decision decision) {
    page.setDecision(std::make_shared<const model::Decision>(std::move(decision)));
  }
  const ui::PlatformCard* card(const QString& platform) const {
    for (const auto* card : page.findChildren<ui::PlatformCard*>())
      if (card->accessibleName() == platform) return card;
    return nullptr;
  }
  QStringList cardTexts(const QString& platform) const {
    QStringList texts;
    for (const auto* label : card(platform)->findChildren<QLabel*>()) texts.append(label->text());
    return texts;
  }
  int tab(const QString& title) const { // -1: none that can be seen
    for (int i = 0; i < page.tabs()->count(); ++i)
      if (page.tabs()->tabText(i).remove(u'&') == title && page.tabs()->isTabVisible(i)) return i;
    return -1;
  }
  QString sentences(const QString& name) const {
    for (const auto* label : page.findChildren<QLabel*>())
      if (label->accessibleName() == name) return label->text();
    return {};
  }
  ui::ResultsPage page;
};

} // namespace

TEST_CASE("Each platform has a card with its configuration, cost and figures", "[ui][results]") {
  const Shown shown(tests::plausibleDecision());
  CHECK(shown.cardTexts("Lambda").contains(QStringLiteral("✓ recommended")));
  CHECK(shown.cardTexts("EC2").contains(QStringLiteral("✗ objective missed")));
  const auto managed = shown.cardTexts("Managed Instances");
  CHECK(managed.contains(QStringLiteral("Managed Instances · m8g.large, at least 3")));
  CHECK(managed.contains(QStringLiteral("$881.45 ± $2.50 a month")));
  CHECK(managed.contains(QStringLiteral("11 ± 0.1 (peak 15)")));
  CHECK(managed.contains(QStringLiteral("22 ± 0.2 (peak 30)")));
  CHECK(managed.contains(QStringLiteral("✓ meets objective")));
  CHECK_FALSE(shown.card("Managed Instances")->isHidden());
}

TEST_CASE("Managed Instances that cost less say so on their card and in the verdict", "[ui][results]") {
  const Shown shown(tests::cheaperManagedDecision());
  CHECK(shown.page.verdictText().endsWith("; Lambda Managed Instances on m8g.large would cost $192.17 less."));
  const auto managed = shown.cardTexts("Managed Instances");
  CHECK(managed.contains(QStringLiteral("✓ cheaper still")));
  CHECK(managed.contains(QStringLiteral("$655.39 ± $2.50 a month")));
  CHECK(shown.cardTexts("Lambda").contains(QStringLiteral("✓ recommended"))); // of the two sides of the verdict
}

TEST_CASE("Managed Instances that miss the objective say so however cheap they are", "[ui][results]") {
  auto decision = tests::cheaperManagedDecision();
  decision.managedSavingUsd.reset();
  decision.managed->meetsObjective = false;
  decision.managed->missed = {"failed 0.0165 % > 0.01 %"};
  const Shown shown(std::move(decision));
  const auto managed = shown.cardTexts("Managed Instances");
  CHECK(managed.contains(QStringLiteral("✗ objective missed")));
  CHECK(managed.contains(QStringLiteral("0.0165 % ± 0.001 % ✗")));
}

TEST_CASE("A hybrid has a card that says how much goes to Lambda, and is recommended where it is the verdict",
          "[ui][results]") {
  const Shown shown(tests::hybridDecision());
  const auto hybrid = shown.cardTexts("Hybrid");
  CHECK(hybrid.contains(QStringLiteral("Hybrid · c7g.large x 4, over 8 in flight to 1769 MB x86_64")));
  CHECK(hybrid.contains(QStringLiteral("✓ recommended")));
  CHECK(hybrid.contains(QStringLiteral("on Lambda")));
  CHECK(hybrid.contains(QStringLiteral("4.5 % ± 0.1 %")));
  CHECK_FALSE(shown.cardTexts("Lambda").contains(QStringLiteral("✓ recommended")));
  CHECK(shown.page.verdictText().startsWith("Run this on both, c7g.large x 4"));
  CHECK(Shown(tests::plausibleDecision()).card("Hybrid")->isHidden());
}

TEST_CASE("A lane that was left out has no card and no chart", "[ui][results]") {
  Shown shown(tests::plausibleDecision());
  auto decision = tests::plausibleDecision();
  decision.managed.reset();
  shown.show(std::move(decision));
  CHECK(shown.card("Managed Instances")->isHidden());
  CHECK_FALSE(shown.card("EC2")->isHidden());
}

TEST_CASE("Idle lifetime and replay have a tab while the decision has them", "[ui][results]") {
  Shown shown(tests::plausibleDecision());
  CHECK(shown.tab("Idle lifetime") >= 0);
  CHECK(shown.tab("Replay") >= 0);
  CHECK(shown.tab("Cross-check") == shown.page.tabs()->count() - 1); // hidden at the end they would upset the tab bar
  auto decision = tests::plausibleDecision();
  decision.idleSensitivity.reset();
  shown.show(decision);
  CHECK(shown.tab("Idle lifetime") < 0);
  CHECK(shown.tab("Replay") >= 0);
  decision.replay.reset();
  shown.show(decision);
  CHECK(shown.tab("Replay") < 0);
  shown.show(tests::plausibleDecision());
  CHECK(shown.tab("Idle lifetime") >= 0);
}

TEST_CASE("The idle lifetime's table says whether it matters and what it changes", "[ui][results]") {
  auto decision = tests::plausibleDecision();
  Shown shown(decision);
  auto text = shown.sentences("What the idle lifetime does");
  CHECK(text.startsWith("AWS documents no idle lifetime. Simulated over 11.1 h of the same requests:"));
  CHECK(text.contains("<li>If idle environments were kept 5 min, Lambda would miss the objective.</li>"));
  decision.idleSensitivity->why.clear();
  shown.show(decision);
  text = shown.sentences("What the idle lifetime does");
  CHECK(text.startsWith("Kept 5 or 45 min instead, over 11.1 h of the same requests"));
  CHECK_FALSE(text.contains("<li>"));
}

TEST_CASE("The replay's table stands under what was found, why it differs and what fits", "[ui][results]") {
  const Shown shown(tests::plausibleDecision());
  const auto text = shown.sentences("What the replay tells");
  CHECK(text.contains("The log recorded 1200 environments and 1187 cold starts"));
  CHECK(text.contains("<li>13 environments were there before the log begins.</li>"));
  CHECK(text.contains("A constant idle lifetime between 612 and 640 s makes as many environments as were recorded"));
}
