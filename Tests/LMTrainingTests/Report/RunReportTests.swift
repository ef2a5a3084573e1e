import Glibc
import LMRuntime
import LMTestSupport
import LMTraining
import Testing

@Suite struct RunReportTests {
  let directory = TemporaryDirectory()

  /// The record of a run that looks like nanoGPT's on tinyshakespeare.
  static func records(_ count: Int) -> [MetricsRecord] {
    let noise = sampleValues(count * 3, seed: 3)
    return (0..<count).map { index in
      let progress = Double(index) / Double(max(1, count))
      let base = 1.68 + 2.5 * exp(-26 * progress) * 0.8 + 0.55 * exp(-4 * progress)
      let rate = progress < 0.05 ? 2e-2 * progress : 1e-4 + 4.5e-4 * (1 + cos((progress - 0.05) / 0.95 * .pi))
      let isSkipped = count > 1000 && (index == 310 || index == 311)
      return MetricsRecord(
        step: index + 1, loss: isSkipped ? .nan : base + 0.09 * noise[index],
        validationLoss: (index + 1) % max(1, count / 20) == 0 ? base + 0.1 + 0.1 * progress * progress : nil,
        learningRate: rate,
        gradientNorm: isSkipped ? .infinity : 0.5 + 2 * exp(-20 * progress) + 0.2 * noise[count + index],
        tokens: (index + 1) * 768,
        tokensPerSecond: 52_000 + 2500 * noise[2 * count + index] - (index % 97 == 0 ? 9000 : 0),
        seconds: Double(index + 1) * 0.0148, skipped: isSkipped)
    }
  }

  static func example(_ count: Int) -> RunReport {
    var report = RunReport(title: "runs/shakespeare", records: records(count), entropyFloor: 1.49)
    report.samples = [
      .init(
        title: "Step 2,000 · prompt “ROMEO:” · temperature 0.8",
        text:
          "ROMEO:\nWhat, shall I speak of this? The time is come\nThat I should bear the world, and not the sun\nTo make my lord the king a little while.\n\nJULIET:\nO, say not so, my lord; the day is near,\nAnd I have heard the people cry for peace."
      ),
      .init(
        title: "Step 2,000 · prompt “<b>First & last</b>”",
        text:
          "<b>First & last</b> \u{1B}[31mCitizen:\u{0} before we proceed any further, hear me speak.\n\nAll:\nSpeak, speak."
      ),
    ]
    report.configuration = [
      .init(
        "Model",
        [
          ("family", "gpt2"), ("layers", "4"), ("heads", "4"), ("width", "128"), ("hidden width", "512"),
          ("context", "64"), ("vocabulary", "65"), ("parameters", "804,096"),
        ]),
      .init(
        "Recipe",
        [
          ("steps", "2,000"), ("batch size", "12"), ("gradient accumulation", "1"),
          ("optimizer", "AdamW, β 0.9, 0.99"),
          ("learning rate", "0.001 → 0.0001"), ("warm-up", "100 steps"), ("weight decay", "0.1"),
          ("precision", "bf16"),
        ]),
      .init(
        "Data",
        [
          ("training", "corpora/tinyshakespeare/train.txt"), ("tokens", "1,003,854"),
          ("validation tokens", "111,540"),
          ("tokenizer", "bytes"), ("seed", "1337"),
        ]),
    ]
    report.command =
      "lm pretrain --data corpora/tinyshakespeare --tokenizer bytes --family gpt2 --layers 4 --heads 4 --width 128 --context 64 --batch-size 12 --steps 2000 --out runs/shakespeare"
    report.resumeCommand =
      "lm pretrain --resume auto --data corpora/tinyshakespeare --tokenizer bytes --steps 4000 --out runs/shakespeare"
    return report
  }

  @Test func `the file is replaced as a whole; LM_REPORT_EXAMPLE keeps a copy`() throws {
    let report = Self.example(2000)
    try report.write(to: directory("report.html"))
    #expect(try TemporaryDirectory.bytes(of: directory("report.html")) == Array(report.html.utf8))
    #expect(try FileSystem.entries(of: directory.path) == ["report.html"])
    if let path = getenv("LM_REPORT_EXAMPLE") { try report.write(to: String(cString: path)) }
  }

  @Test func `it needs no network and no script, and shows what matters`() {
    let html = Self.example(2000).html
    for needle in ["http:", "https:", "<script", "@import", "url(", " src="] {
      #expect(!html.contains(needle))
    }
    for needle in [
      "<h1>runs/shakespeare</h1>", "2,000 steps", "entropy floor 1.490", "skipped update",
      "2 updates skipped",
      "prefers-color-scheme: dark", "<span>--resume</span> <span>auto</span>", "warm-up",
    ] { #expect(html.contains(needle), "\(needle)") }
  }

  @Test func `text from outside stays text`() {
    var report = RunReport(title: "<script>&\"'\u{1B}", records: [])
    report.samples = [.init(title: "</h3><img>", text: "</p>\u{0}\u{7F}\u{9B}\r\n\ttab")]
    report.configuration = [.init("<g>", [("<n>", "<v>")])]
    report.command = "lm <x> && rm"
    let html = report.html
    #expect(html.contains("&lt;script&gt;&amp;&quot;&#39;\u{241B}"))
    #expect(html.contains("&lt;/p&gt;\u{2400}\u{2421}\u{FFFD}\u{240D}\n\ttab"))
    #expect(html.contains("<span>&lt;x&gt;</span> <span>&amp;&amp;</span>"))
    for needle in ["<img", "<g>", "<n>", "<v>", "\u{0}", "\u{1B}"] { #expect(!html.contains(needle)) }
  }

  @Test(arguments: [0, 1, 2, 7, 59, 60, 61, 1000])
  func `runs of any length make a report without a number that is none`(count: Int) {
    for entropyFloor in [nil, 1.2, Double.nan] {
      let html = RunReport(title: "t", records: Self.records(count), entropyFloor: entropyFloor).html
      let plots = html.split(separator: "<svg").dropFirst().map { $0.prefix(while: { $0 != "§" }) }
      for plot in plots { for word in ["nan", "inf"] { #expect(!plot.contains(word)) } }
    }
  }

  @Test func `a run of nothing but NaN makes a report`() {
    var records = Self.records(200)
    for index in records.indices {
      (records[index].loss, records[index].gradientNorm, records[index].tokensPerSecond) = (
        .nan, .infinity, -.infinity
      )
      records[index].validationLoss = .nan
    }
    let html = RunReport(title: "t", records: records).html
    #expect(html.contains("Nothing was measured yet."))
  }

  @Test func `a long run makes a file of bounded size`() {
    let bytes = RunReport(title: "t", records: Self.records(200_000)).html.utf8.count
    // Six curves of 1,000 points of at most 14 bytes, the dots of one, and 10 kB of style.
    #expect(bytes < 120_000)
  }
}
