"""Opens each dashboard in headless Chromium as a person would, and says what it saw. Runs in Superset's environment.

    python superset_browser.py URL FOLDER   with {slug: number of charts} on stdin; the password in SUPERSET_PASSWORD

Writes FOLDER/<slug>.png and prints {slug: {"text": …, "statuses": {chart id: HTTP status}, "errors": […]}} as JSON.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

WIDTH, TALL = 1440, 3600  # so tall that every chart is in sight: Superset loads none before
MARGIN = 24

# Of every request for a chart's data: the chart's id and the HTTP status.
STATUSES = """
    return Object.fromEntries(performance.getEntriesByType('resource')
        .filter(entry => entry.name.includes('/chart/data') && entry.name.includes('slice_id'))
        .map(entry => [decodeURIComponent(entry.name).match(/"slice_id":(\\d+)/)[1], entry.responseStatus]))
    """
BOTTOM = """
    const rows = [...document.querySelectorAll('.dashboard-component-chart-holder')];
    return Math.max(...rows.map(row => row.getBoundingClientRect().bottom))
    """


def browser() -> Any:
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars"):
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    more = {"source": "performance.setResourceTimingBufferSize(10000)"}  # 250 are fewer than Superset's own files
    driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", more)
    return driver


def in_sight(driver: Any, height: int) -> None:
    size = {"width": WIDTH, "height": height, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def log_in(driver: Any, wait: Any, url: str) -> None:
    driver.get(f"{url}/login/")
    wait.until(lambda _: driver.find_elements(By.CSS_SELECTOR, "input[type=password]"))
    driver.find_element(By.CSS_SELECTOR, "#username").send_keys("admin")
    driver.find_element(By.CSS_SELECTOR, "#password").send_keys(os.environ["SUPERSET_PASSWORD"])
    driver.find_element(By.CSS_SELECTOR, "button[type=submit]").click()
    wait.until(lambda _: "/login" not in driver.current_url)


def picture_at_rest(driver: Any) -> bytes:
    """A screenshot, once two in a row are the same: charts grow into place."""
    taken = [driver.get_screenshot_as_png()]

    def unchanged(_: Any) -> bool:
        taken.append(driver.get_screenshot_as_png())
        return bool(taken[-1] == taken[-2])

    WebDriverWait(driver, 30, poll_frequency=1).until(unchanged)
    return bytes(taken[-1])


def look(driver: Any, wait: Any, url: str, slug: str, charts: int, picture: Path) -> dict[str, Any]:
    in_sight(driver, TALL)
    driver.get(f"{url}/superset/dashboard/{slug}/")
    wait.until(lambda _: len(driver.execute_script(STATUSES)) >= charts)
    wait.until(lambda _: not driver.find_elements(By.CSS_SELECTOR, ".loading, .ant-spin-spinning"))
    in_sight(driver, int(driver.execute_script(BOTTOM)) + MARGIN)
    picture.write_bytes(picture_at_rest(driver))
    return {
        "text": driver.find_element(By.TAG_NAME, "body").text,
        "statuses": driver.execute_script(STATUSES),
        "errors": [alert.text for alert in driver.find_elements(By.CSS_SELECTOR, ".ant-alert")],
    }


def main(url: str, folder: Path) -> None:
    driver = browser()
    try:
        wait = WebDriverWait(driver, 90, poll_frequency=0.2)
        log_in(driver, wait, url)
        seen = {
            slug: look(driver, wait, url, slug, charts, folder / f"{slug}.png")
            for slug, charts in json.load(sys.stdin).items()
        }
    finally:
        driver.quit()
    print(json.dumps(seen))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
