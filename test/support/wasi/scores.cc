// C++ with its library: reads names and numbers, writes a file, and prints a table.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

struct Counted {
  static int alive;
  Counted() { ++alive; }
  ~Counted() { std::cerr << "destroyed, " << --alive << " left\n"; }
};
int Counted::alive = 0;
static Counted first, second;

int main() {
  std::map<std::string, std::vector<double>> scores;
  std::string name;
  for (double score; std::cin >> name >> score;) scores[name].push_back(score);
  std::ofstream file("report.txt");
  for (auto &[key, list] : scores) {
    std::sort(list.begin(), list.end());
    double sum = 0;
    for (double score : list) sum += std::sqrt(score);
    file << std::left << std::setw(10) << key << std::right << std::setprecision(12) << sum << ' ' << list.front() << '\n';
  }
  file.close();
  std::ifstream report("report.txt");
  std::stringstream text;
  text << report.rdbuf();
  std::cout << text.str() << scores.size() << " names" << std::endl;
  return scores.empty() ? 1 : 0;
}
