// swift-tools-version: 6.2
import PackageDescription

// The house is drawn in Documentation/Architecture.md. A target says which floor it stands on, and
// `module` refuses a dependency that is not strictly below it: edges point down only.

/// Floor of every target of this package.
let floors: [String: Int] = [
  "CLMKernels": 0, "CIntrinsics": 0, "CUTF8Proc": 0, "LMRuntime": 0,
  "LMTensor": 1, "LMTokenizer": 1,
  "LMAutograd": 2, "LMFormats": 2, "LMData": 2,
  "LMAttention": 3,
  "LMTransformer": 4,
  "LMGeneration": 5, "LMTraining": 5,
  "LMEvaluation": 6,
  "LanguageModels": 7,
  "LMCommand": 8,
]

func checkFloors(_ name: String, _ dependencies: [String]) {
  guard let floor = floors[name] else { fatalError("\(name) has no floor: add it to `floors`") }
  for dependency in dependencies {
    guard let below = floors[dependency] else { fatalError("\(dependency) has no floor") }
    precondition(below < floor, "\(name) (floor \(floor)) must not import \(dependency) (floor \(below))")
  }
}

let settings: [SwiftSetting] = [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny")]

func module(_ name: String, uses: [String] = [], external: [Target.Dependency] = []) -> Target {
  checkFloors(name, uses)
  return .target(
    name: name, dependencies: uses.map { .byName(name: $0) } + external, swiftSettings: settings)
}

func tests(_ name: String, uses: [String] = []) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: ([name, "LMTestSupport"] + uses).map { .byName(name: $0) },
    swiftSettings: settings)
}

let package = Package(
  name: "lm",
  products: [
    .executable(name: "lm", targets: ["LMCommand"]),
    .library(
      name: "LanguageModels",
      targets: [
        "LanguageModels", "LMEvaluation", "LMTraining", "LMGeneration", "LMTransformer", "LMAttention",
        "LMAutograd", "LMData",
        "LMFormats", "LMTokenizer", "LMTensor", "LMRuntime",
      ]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // MARK: Floor 0
    .target(name: "CLMKernels"),
    // libutf8proc-dev installs into the default paths. Its pkg-config file asks for a macro that the package
    // manager prohibits with a warning, hence no `pkgConfig:` here.
    .systemLibrary(name: "CUTF8Proc"),
    .systemLibrary(name: "CIntrinsics"),
    module("LMRuntime", external: [.product(name: "Crypto", package: "swift-crypto")]),

    // MARK: Floor 1
    module("LMTensor", uses: ["CLMKernels", "LMRuntime"]),
    module("LMTokenizer", uses: ["LMRuntime", "CUTF8Proc", "CIntrinsics"]),

    // MARK: Floor 2
    module("LMAutograd", uses: ["LMTensor", "CLMKernels"]),
    module("LMData", uses: ["LMTokenizer", "LMRuntime"]),
    module("LMFormats", uses: ["LMTensor", "LMRuntime"]),

    // MARK: Floor 3
    module("LMAttention", uses: ["LMAutograd", "LMTensor", "LMRuntime", "CLMKernels"]),

    // MARK: Floor 4
    module("LMTransformer", uses: ["LMAttention", "LMAutograd", "LMTensor", "LMRuntime", "CLMKernels"]),

    // MARK: Floor 5
    module("LMGeneration", uses: ["LMTransformer", "LMAttention", "LMTensor", "LMRuntime"]),
    module(
      "LMTraining",
      uses: [
        "LMTransformer", "LMAttention", "LMAutograd", "LMTensor", "LMTokenizer", "LMData", "LMFormats",
        "LMRuntime", "CLMKernels",
      ]),

    // MARK: Floor 6
    module(
      "LMEvaluation",
      uses: [
        "LMGeneration", "LMTransformer", "LMAttention", "LMTensor", "LMData", "LMFormats", "LMTokenizer",
        "LMRuntime", "CLMKernels",
      ]),

    // MARK: Floor 7
    module(
      "LanguageModels",
      uses: [
        "LMEvaluation", "LMTraining", "LMGeneration", "LMTransformer", "LMAttention", "LMAutograd", "LMData",
        "LMFormats", "LMTokenizer", "LMTensor", "LMRuntime",
      ]),

    // MARK: Floor 8
    .executableTarget(
      name: "LMCommand",
      dependencies: [
        "LanguageModels", "LMEvaluation", "LMTraining", "LMGeneration", "LMTransformer", "LMAttention",
        "LMAutograd",
        "LMData",
        "LMFormats", "LMTokenizer", "LMTensor", "LMRuntime",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Yams", package: "Yams"),
      ],
      resources: [.embedInCode("Presets")], swiftSettings: settings),

    // MARK: Bundled corpus: its generator stands beside the house, on no floor
    .target(name: "StoryGrammar", path: "corpora/generator/StoryGrammar", swiftSettings: settings),
    .executableTarget(
      name: "StoryCorpus", dependencies: ["StoryGrammar"], path: "corpora/generator/StoryCorpus",
      swiftSettings: settings),

    // MARK: Tests
    .target(
      name: "LMTestSupport", dependencies: ["LMRuntime", "LMTensor"], path: "Tests/LMTestSupport",
      swiftSettings: settings),
    .target(
      name: "LMFuzz",
      dependencies: [
        "LMRuntime", "LMTensor", "LMTokenizer", "LMAutograd", "LMFormats", "LMTransformer", "LMTraining",
        "LMGeneration",
      ],
      path: "Tests/Fuzz/LMFuzz", swiftSettings: settings),
    .executableTarget(
      name: "lm-fuzz", dependencies: ["LMFuzz", "LMRuntime"], path: "Tests/Fuzz/Command",
      swiftSettings: settings),
    tests("StoryGrammar"),
    tests("LMRuntime"),
    tests("LMTensor", uses: ["LMRuntime", "CLMKernels"]),
    tests("LMTokenizer", uses: ["LMRuntime", "LMFuzz"]),
    tests("LMData", uses: ["LMTokenizer", "LMRuntime"]),
    tests("LMAutograd", uses: ["LMTensor", "LMRuntime"]),
    tests("LMFormats", uses: ["LMTensor", "LMRuntime"]),
    tests("LMAttention", uses: ["LMAutograd", "LMTensor", "LMRuntime"]),
    tests("LMTransformer", uses: ["LMAttention", "LMAutograd", "LMTensor", "LMRuntime"]),
    tests(
      "LMTraining",
      uses: ["LMTransformer", "LMAutograd", "LMTensor", "LMData", "LMFormats", "LMTokenizer", "LMRuntime"]),
    tests(
      "LanguageModels",
      uses: [
        "LMEvaluation", "LMData", "LMTraining", "LMGeneration", "LMTransformer", "LMAttention", "LMAutograd",
        "LMFormats", "LMTokenizer", "LMTensor", "LMRuntime",
      ]),
    tests("LMCommand", uses: ["LMFormats", "LMTensor", "LMRuntime"]),
    tests("LMGeneration", uses: ["LMTransformer", "LMAttention", "LMAutograd", "LMTensor", "LMRuntime"]),
    tests(
      "LMEvaluation",
      uses: ["LMTransformer", "LMAutograd", "LMTensor", "LMData", "LMFormats", "LMTokenizer", "LMRuntime"]),
  ]
)
